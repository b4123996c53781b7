package org.unmute.bench;

import java.util.SplittableRandom;
import java.util.function.Function;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Unary;

/** Calls of a CPU backend to time, with operands like those of encoders and probe training. */
public enum KernelCase {
    /** Gradient of a weight of 64 rows from 188,000 tokens. */
    GRADIENT_64(b -> weightGradient(b, 188_000, 64, 768)),
    /** The same gradient from 12,000 tokens. */
    GRADIENT_64_SHORT(b -> weightGradient(b, 12_000, 64, 768)),
    /** Gradient of a square weight from 47,000 tokens. */
    GRADIENT_768(b -> weightGradient(b, 47_000, 768, 768)),
    /** Scores of 12 queries with the tokens of each of 32 clips. */
    SCORES_12(b -> product(b, random(b, 32, 12, 768), random(b, 32, 512, 768).transpose(1, 2))),
    /** Scores of 4 shared queries with many tokens. */
    SCORES_4_LONG(b -> product(b, random(b, 4, 768), random(b, 60_000, 768).transpose(0, 1))),
    /** Weights of 12 queries times the tokens of each of 32 clips. */
    MIX_12(b -> product(b, random(b, 32, 12, 512), random(b, 32, 512, 768))),
    /** A linear map to 12 outputs with an unfrozen weight. */
    LINEAR_TO_12(b -> linear(b, 12_000, 768, 12, false)),
    /** 12 queries attend to the tokens of each of 32 clips. */
    ATTENTION_12_QUERIES(b -> {
        View t = random(b, 32, 512, 768);
        View out = out(b, 32, 12, 768);
        View q = random(b, 32, 12, 768);
        return () -> b.attention(q, t, t, null, 0.1, out);
    }),
    /** Attention of ViT-B on one clip. */
    ATTENTION_VIT(b -> {
        View packed = random(b, 1, 513, 3, 12, 64).permute(2, 0, 3, 1, 4);
        View out = out(b, 1, 12, 513, 64);
        return () -> b.attention(packed.select(0, 0), packed.select(0, 1), packed.select(0, 2), null, 0.125, out);
    }),
    /** Linear maps of ViT-B on 513 tokens, weights packed once. */
    LINEAR_768_2304(b -> linear(b, 513, 768, 2304, true)),
    LINEAR_768_768(b -> linear(b, 513, 768, 768, true)),
    LINEAR_768_3072(b -> linear(b, 513, 768, 3072, true)),
    LINEAR_3072_768(b -> linear(b, 513, 3072, 768, true)),
    /** A linear map of 4,104 tokens. */
    LINEAR_768_3072_LARGE(b -> linear(b, 4104, 768, 3072, true)),
    /** A linear map with an unfrozen weight. */
    LINEAR_CHANGING(b -> linear(b, 513, 768, 768, false)),
    GELU(b -> {
        View x = random(b, 513, 3072);
        View y = out(b, 513, 3072);
        return () -> b.unary(Unary.GELU, 0, 0, x, y);
    }),
    LAYER_NORM(b -> {
        View x = random(b, 513, 768);
        View w = random(b, 768);
        View y = out(b, 513, 768);
        return () -> b.layerNorm(x, w, w, 1e-5, y);
    }),
    SOFTMAX(b -> {
        View x = random(b, 12, 513, 513);
        View y = out(b, 12, 513, 513);
        return () -> b.softmax(x, y);
    }),
    /** Few binarized prototypes and the tokens of one clip. */
    BINARY_100(b -> match(b, 100, true, 512)),
    BINARY_300(b -> match(b, 300, true, 512)),
    /** 50 classes with 20 prototypes each. */
    BINARY_1000(b -> match(b, 1000, true, 512)),
    /** AudioSet with 10 prototypes per class. */
    BINARY_5270(b -> match(b, 5270, true, 512)),
    /** AudioSet with 20 prototypes per class. */
    BINARY_10540(b -> match(b, 10_540, true, 512)),
    /** AudioSet with 10 prototypes per class, and longer clips. */
    BINARY_2048_TOKENS(b -> match(b, random(b, 1, 2048, 768), 5270, true)),
    BINARY_8192_TOKENS(b -> match(b, random(b, 1, 8192, 768), 5270, true)),
    /** Enough clips for each thread to process its own, as in training. */
    BINARY_CLIPS(b -> match(b, random(b, 8, 512, 768), 5270, true)),
    /** The gradient of the prototypes from these clips. */
    BINARY_CLIPS_GRADIENT(b -> matchGradient(b, random(b, 8, 512, 768), 5270)),
    /** The rows of these clips as separate clips, as in training with labels in time. */
    BINARY_ROWS(b -> match(b, random(b, 8 * 64, 8, 768), 5270, true)),
    /** The gradient of the prototypes from rows. */
    BINARY_ROWS_GRADIENT(b -> matchGradient(b, random(b, 8 * 64, 8, 768), 5270)),
    /** A clip of silence: all tokens are equal. */
    BINARY_SILENCE(b -> match(b, 5270, true, 1)),
    /** A clip of 16 different tokens, each repeated 32 times. */
    BINARY_REPEATED(b -> match(b, 5270, true, 16)),
    /**
     * The worst case: tokens that differ only by rounding, which no lookup table distinguishes, and one outlier, which
     * makes the tables coarse.
     */
    BINARY_CROWD(b -> {
        View tokens = random(b, 1, 512, 768);
        float[] t = tokens.host().floats();
        SplittableRandom r = new SplittableRandom(1);
        for (int i = 768; i < t.length; i++) {
            t[i] = i / 768 == 5 ? -9 * t[i % 768] : t[i % 768] * (1 + (r.nextInt(5) - 2) * 0x1p-23f);
        }
        return match(b, tokens, 5270, true);
    }),
    /** Float prototypes. */
    FLOAT_5270(b -> match(b, 5270, false, 512));

    private static final int TOKENS = 512;
    private static final int DIM = 768;

    private final Function<Backend, Runnable> opening;

    KernelCase(Function<Backend, Runnable> opening) {
        this.opening = opening;
    }

    /** Creates the operands and returns the call. */
    Runnable on(Backend b) {
        return opening.apply(b);
    }

    private static Runnable weightGradient(Backend b, int tokens, int outputs, int inputs) {
        return product(b, random(b, tokens, outputs).transpose(0, 1), random(b, tokens, inputs));
    }

    private static Runnable product(Backend b, View x, View y) {
        View out = b.allocate(DType.F32, x.shape().with(-1, y.shape().size(-1)));
        return () -> b.matmul(x, y, out);
    }

    private static Runnable linear(Backend b, int tokens, int inputs, int outputs, boolean frozen) {
        View x = random(b, tokens, inputs);
        View w = random(b, outputs, inputs);
        View bias = random(b, outputs);
        if (frozen) {
            w.host().freeze();
        }
        View out = out(b, tokens, outputs);
        return () -> b.linear(x, w, bias, out);
    }

    private static Runnable match(Backend b, int prototypes, boolean binary, int different) {
        View tokens = random(b, 1, TOKENS, DIM);
        float[] t = tokens.host().floats();
        for (int i = different * DIM; i < t.length; i++) {
            t[i] = t[i - different * DIM];
        }
        return match(b, tokens, prototypes, binary);
    }

    private static Runnable match(Backend b, View tokens, int prototypes, boolean binary) {
        View p = random(b, prototypes, DIM);
        if (binary) {
            float[] x = p.host().floats();
            for (int i = 0; i < x.length; i++) {
                x[i] = x[i] < 0 ? -1 : 1;
            }
        }
        View values = out(b, tokens.shape().dim(0), prototypes);
        View winners = b.allocate(DType.I32, values.shape());
        if (!binary) {
            return () -> b.prototypeMaxPool(tokens, p, values, winners);
        }
        p.host().freeze();
        return () -> b.binaryPrototypeMaxPool(tokens, p, values, winners);
    }

    private static Runnable matchGradient(Backend b, View tokens, int prototypes) {
        View p = random(b, prototypes, DIM);
        View gy = random(b, tokens.shape().dim(0), prototypes);
        View winners = b.allocate(DType.I32, gy.shape());
        View gp = out(b, prototypes, DIM);
        b.binaryPrototypeMaxPool(tokens, p, out(b, tokens.shape().dim(0), prototypes), winners);
        return () -> b.binaryPrototypeMaxPoolBackward(tokens, p, winners, gy, null, gp);
    }

    private static View out(Backend b, long... shape) {
        return b.allocate(DType.F32, Shape.of(shape));
    }

    private static View random(Backend b, long... shape) {
        View v = out(b, shape);
        float[] x = v.host().floats();
        SplittableRandom r = new SplittableRandom(x.length);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (r.nextDouble() - 0.5 + r.nextDouble() - 0.5);
        }
        return v;
    }
}
