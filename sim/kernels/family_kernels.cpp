#include "sim/kernels/family_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/family_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/normal_cdf.hpp"
#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

HWY_INLINE V tailLogOf(V z) {
    const V tail = normalCdfOf(hn::Neg(hn::Abs(z)));
    const V far = hn::Neg(logOf(hn::Max(tail, constant(1e-300))));
    const V rest = hn::Sub(constant(1.0), tail);
    const V near = hn::Div(hn::Mul(logOf(rest), tail), hn::Sub(rest, constant(1.0)));
    const V below = hn::IfThenElse(hn::Eq(rest, constant(1.0)), tail, near);
    return hn::IfThenElse(hn::Gt(z, hn::Zero(d)), far, below);
}

void WeibullOf(const WeibullTerms& terms, const double* z, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V e = hn::Max(tailLogOf(hn::LoadU(d, z + i)), constant(1e-300));
            hn::StoreU(expOf(mulAdd(constant(terms.power), logOf(e), constant(terms.logScale))), d, out + i);
        },
        [&](std::size_t i) { out[i] = weibullScalar(terms, z[i], Twin{}); });
}

void ExponentialOf(double mean, const double* z, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i)
            HWY_ATTR { hn::StoreU(hn::Mul(constant(mean), tailLogOf(hn::LoadU(d, z + i))), d, out + i); },
        [&](std::size_t i) { out[i] = mean * tailLogScalar(z[i], Twin{}); });
}

void ParetoOf(const PowerTailTerms& terms, const double* z, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V e = expOf(hn::Mul(constant(terms.inverseIndex), tailLogOf(hn::LoadU(d, z + i))));
            hn::StoreU(hn::Mul(constant(terms.scale), e), d, out + i);
        },
        [&](std::size_t i) { out[i] = paretoScalar(terms, z[i], Twin{}); });
}

void LomaxOf(const PowerTailTerms& terms, const double* z, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V y = hn::Mul(constant(terms.inverseIndex), tailLogOf(hn::LoadU(d, z + i)));
            const V e = expOf(y);
            const V growth = hn::Div(hn::Mul(hn::Sub(e, constant(1.0)), y), logOf(e));
            const V safe = hn::IfThenElse(hn::Eq(e, constant(1.0)), y, growth);
            hn::StoreU(hn::Mul(constant(terms.scale), safe), d, out + i);
        },
        [&](std::size_t i) { out[i] = lomaxScalar(terms, z[i], Twin{}); });
}

void GeometricOf(double rate, const double* z, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V trials = hn::Ceil(hn::Div(tailLogOf(hn::LoadU(d, z + i)), constant(rate)));
            hn::StoreU(hn::Max(trials, constant(1.0)), d, out + i);
        },
        [&](std::size_t i) { out[i] = geometricScalar(rate, z[i], Twin{}); });
}

void TriangularOf(const TriangularTerms& terms, const double* z, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V score = hn::LoadU(d, z + i);
            const V tail = normalCdfOf(hn::Neg(hn::Abs(score)));
            const V rest = hn::Sub(constant(1.0), tail);
            const auto isUpper = hn::Gt(score, hn::Zero(d));
            const V below = hn::IfThenElse(isUpper, rest, tail);
            const V above = hn::IfThenElse(isUpper, tail, rest);
            const V left = hn::Add(constant(terms.low), hn::Sqrt(hn::Mul(below, constant(terms.rise))));
            const V right = hn::Sub(constant(terms.high), hn::Sqrt(hn::Mul(above, constant(terms.fall))));
            hn::StoreU(hn::IfThenElse(hn::Lt(below, constant(terms.split)), left, right), d, out + i);
        },
        [&](std::size_t i) { out[i] = triangularScalar(terms, z[i], Twin{}); });
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(WeibullOf);
HWY_EXPORT(ExponentialOf);
HWY_EXPORT(ParetoOf);
HWY_EXPORT(LomaxOf);
HWY_EXPORT(GeometricOf);
HWY_EXPORT(TriangularOf);

void weibullOf(const WeibullTerms& terms, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(WeibullOf)(terms, z, out, n);
}
void exponentialOf(double mean, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(ExponentialOf)(mean, z, out, n);
}
void paretoOf(const PowerTailTerms& terms, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(ParetoOf)(terms, z, out, n);
}
void lomaxOf(const PowerTailTerms& terms, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(LomaxOf)(terms, z, out, n);
}
void geometricOf(double rate, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(GeometricOf)(rate, z, out, n);
}
void triangularOf(const TriangularTerms& terms, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(TriangularOf)(terms, z, out, n);
}
}  // namespace breakeven::sim
#endif
