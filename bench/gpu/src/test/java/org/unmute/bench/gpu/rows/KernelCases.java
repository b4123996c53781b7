package org.unmute.bench.gpu.rows;

import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;

/** Rows of single operations of a backend. */
final class KernelCases {
    private KernelCases() {}

    /** A linear map without bias, {@code x [rows, in]} times {@code weight [out, in]} transposed. */
    static Case matmul(int rows, int in, int out, Case.Precision precision) {
        return new Case(
                "matmul-" + in + "x" + out + precision.suffix(),
                "matmul [" + rows + ", " + in + "] x [" + in + ", " + out + "]" + suffix(precision),
                "matmul rows=%d in=%d out=%d bits=%d".formatted(rows, in, out, precision.bits),
                2.0 * rows * in * out,
                4.0 * ((double) rows * in + (double) in * out + (double) rows * out),
                // Rounding changes an operand by at most 2^-11 (TF32) or 2^-8 (bfloat16) of its value; other libraries
                // truncate to TF32, which changes it by at most 2^-10. The errors of hundreds of terms of either sign
                // add up to no more than that relative to the max result, on each side.
                Math.max(1e-5, 2 * precision.rounding),
                precision,
                backend -> {
                    ViewWork w = new ViewWork(backend);
                    View x = w.input("x", rows, in);
                    View weight = w.input("w", out, in);
                    View y = w.result("y", DType.F32, rows, out);
                    return w.calling(() -> backend.linear(x, weight, null, y));
                });
    }

    /** Scaled dot-product attention of every token to every token. */
    static Case attention(int batch, int heads, int tokens, int depth, Case.Precision precision) {
        return new Case(
                "attention-b" + batch + precision.suffix(),
                "attention [" + batch + ", " + heads + ", " + tokens + ", " + depth + "]" + suffix(precision),
                "attention batch=" + batch + " heads=" + heads + " tokens=" + tokens + " depth=" + depth + " bits="
                        + precision.bits,
                4.0 * batch * heads * tokens * tokens * depth,
                16.0 * batch * heads * tokens * depth,
                // Results are averages of hundreds of values, whose roundings cancel; a rounded score moves a weight by
                // less than the rounding of an operand.
                Math.max(1e-4, 2 * precision.rounding),
                precision,
                backend -> {
                    ViewWork w = new ViewWork(backend);
                    View q = w.input("q", batch, heads, tokens, depth);
                    View k = w.input("k", batch, heads, tokens, depth);
                    View v = w.input("v", batch, heads, tokens, depth);
                    View y = w.result("y", DType.F32, batch, heads, tokens, depth);
                    double scale = 1 / Math.sqrt(depth);
                    return w.calling(() -> backend.attention(q, k, v, null, scale, y));
                });
    }

    /** The max cosine of each prototype, or of its signs, over the tokens of each clip, and its token. */
    static Case match(int batch, int tokens, int dim, int prototypes, boolean binary, Case.Precision precision) {
        return new Case(
                "match-" + (binary ? "binary" : "float") + "-j" + prototypes + precision.suffix(),
                "prototypes, " + (binary ? "binary" : "float") + ": " + batch + " clips of " + tokens + " tokens of "
                        + dim + ", J = " + prototypes + suffix(precision),
                "match batch=" + batch + " tokens=" + tokens + " dim=" + dim + " prototypes=" + prototypes + " binary="
                        + (binary ? 1 : 0) + " bits=" + precision.bits,
                2.0 * batch * tokens * dim * prototypes,
                4.0 * ((double) batch * tokens * dim + (double) prototypes * dim + 2.0 * batch * prototypes),
                // For values only: winners may differ where cosines are equal up to rounding. Rounding the operands
                // moves a cosine by up to 2^-10 (TF32) or 2^-7 (bfloat16; sums of hundreds of terms stay far below half
                // of that), on both sides. The max cosines of random tokens are about 0.15.
                Math.max(1e-4, 2 * precision.rounding / 0.1),
                precision,
                backend -> {
                    ViewWork w = new ViewWork(backend);
                    View x = w.input("x", batch, tokens, dim);
                    View p = w.input("p", prototypes, dim);
                    View values = w.result("y", DType.F32, batch, prototypes);
                    View winners = w.result("winners", DType.I32, batch, prototypes);
                    return w.calling(
                            binary
                                    ? () -> backend.binaryPrototypeMaxPool(x, p, values, winners)
                                    : () -> backend.prototypeMaxPool(x, p, values, winners));
                });
    }

    private static String suffix(Case.Precision precision) {
        return precision == Case.Precision.FP32 ? "" : ", " + precision.word();
    }
}
