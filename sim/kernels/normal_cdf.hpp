// Vector form of normalCdfScalar for the kernels. Compiled once for each instruction set: included after
// <hwy/foreach_target.h>, so the guard flips instead of closing.
#if defined(BREAKEVEN_SIM_KERNELS_NORMAL_CDF) == defined(HWY_TARGET_TOGGLE)
#ifdef BREAKEVEN_SIM_KERNELS_NORMAL_CDF
#undef BREAKEVEN_SIM_KERNELS_NORMAL_CDF
#else
#define BREAKEVEN_SIM_KERNELS_NORMAL_CDF
#endif

#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

HWY_INLINE V normalCdfOf(V x) {
    const V z = hn::Abs(x);
    const V e = expOf(hn::Mul(hn::Mul(constant(-0.5), z), z));
    V tail = hn::Div(hn::Mul(e, polynomial(math::kCdfTop, z)), polynomial(math::kCdfBottom, z));
    const auto isFar = hn::Ge(z, constant(math::kCdfFar));
    if (!hn::AllFalse(d, isFar)) {
        V fraction = hn::Add(z, constant(0.65));
        for (const double k : {4.0, 3.0, 2.0, 1.0}) fraction = hn::Add(z, hn::Div(constant(k), fraction));
        const V far = hn::Div(hn::Div(e, fraction), constant(math::kCdfRoot));
        tail = hn::IfThenElse(isFar, far, tail);
        tail = hn::IfThenZeroElse(hn::Gt(z, constant(math::kCdfFarthest)), tail);
    }
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Sub(constant(1.0), tail), tail);
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
