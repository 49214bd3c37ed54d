#pragma once

namespace breakeven::core {

/// One visitor out of several lambdas, for std::visit: the kinds of a variant each get their own.
template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not deduce it of an aggregate

}  // namespace breakeven::core
