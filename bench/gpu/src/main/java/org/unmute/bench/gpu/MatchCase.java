package org.unmute.bench.gpu;

import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** The max cosine of each prototype, or of its signs, over the tokens of each clip, and its token. */
record MatchCase(int batch, int tokens, int dim, int prototypes, boolean binary, String precision) implements Case {
    @Override
    public String name() {
        return "prototypes, " + (binary ? "binary" : "float") + ": " + batch + " clips of " + tokens + " tokens of "
                + dim + ", J = " + prototypes + (precision.equals(FP32) ? "" : ", " + precision);
    }

    @Override
    public String order() {
        return "match batch=" + batch + " tokens=" + tokens + " dim=" + dim + " prototypes=" + prototypes + " binary="
                + (binary ? 1 : 0) + " bits=" + Case.bits(precision);
    }

    @Override
    public double operations() {
        return 2.0 * batch * tokens * dim * prototypes;
    }

    @Override
    public double bytes() {
        return 4.0 * ((double) batch * tokens * dim + (double) prototypes * dim + 2.0 * batch * prototypes);
    }

    /**
     * For values only: winners may differ where cosines are equal up to rounding. Rounding the operands moves a cosine
     * by up to 2^-10 (TF32) or 2^-7 (bfloat16; sums of hundreds of terms stay far below half of that), on both sides.
     * The max cosines of random tokens are about 0.15.
     */
    @Override
    public double tolerance() {
        return switch (precision) {
            case "tf32" -> 2 * 0x1p-10 / 0.1;
            case "bf16" -> 2 * 0x1p-8 / 0.1;
            default -> 1e-4;
        };
    }

    @Override
    public Work open(Backend backend) {
        ViewWork w = new ViewWork(backend);
        View x = w.input("x", batch, tokens, dim);
        View p = w.input("p", prototypes, dim);
        View values = w.result("y", DType.F32, batch, prototypes);
        View winners = w.result("winners", DType.I32, batch, prototypes);
        return w.calling(
                binary
                        ? () -> backend.binaryPrototypeMaxPool(x, p, values, winners)
                        : () -> backend.prototypeMaxPool(x, p, values, winners));
    }
}
