package org.unmute.probes.pool;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The logit of one class for one clip, as a sum of parts and a bias.
 *
 * @param kind kind of the parts
 * @param remark a sentence needed to interpret the parts; may be empty
 * @param parts all parts in the probe's order, including those with no contribution
 * @param bias bias of the class
 */
public record Contributions(Kind kind, String remark, List<Part> parts, double bias) {
    private static final String CHANNEL = "channel ";

    /** Kind of the parts. */
    public enum Kind {
        /** Prototypes: the similarity to the best matching token, times the weight. */
        PROTOTYPES,
        /** Tokens: the response of the class to each token, times the token's weight. */
        TOKENS,
        /** Entries of the probe's descriptor, for probes whose scores are not a sum over tokens. */
        FEATURES
    }

    /**
     * One term of the sum.
     *
     * @param index index of the prototype, token or feature; -1 for other parts
     * @param name name in tables
     * @param token the token of the clip that determines it, {@code t · freq + f}; -1 if no single token does
     * @param value a prototype's similarity, the response of the class to a token, or an entry of the descriptor; NaN
     *     if the part is not a single product
     * @param weight the factor of the value; with several attention heads or queries, the mean of their weights
     * @param contribution summand of the logit: value times weight, if there is a value
     */
    public record Part(int index, String name, int token, double value, double weight, double contribution) {
        /** A part whose contribution is its value times its weight. */
        public static Part product(int index, String name, int token, double value, double weight) {
            return new Part(index, name, token, value, weight, value * weight);
        }

        /** Whether this is an extreme of a channel ({@link MaxPooled#EXTREMES}), not a prototype. */
        public boolean isChannel() {
            return name.startsWith(CHANNEL);
        }
    }

    /** Copies the list. */
    public Contributions {
        parts = List.copyOf(parts);
    }

    /** The sum of parts and bias: the logit, up to rounding. */
    public double sum() {
        double sum = bias;
        for (Part p : parts) {
            sum += p.contribution;
        }
        return sum;
    }

    /**
     * The sum of the absolute values of all parts and the bias. The rounding error of {@link #sum} is proportional to
     * it.
     */
    public double magnitude() {
        double sum = Math.abs(bias);
        for (Part p : parts) {
            sum += Math.abs(p.contribution);
        }
        return sum;
    }

    /** The parts with the largest absolute contributions, in descending order; ties keep the order of the list. */
    public List<Part> strongest(int max) {
        return parts.stream()
                .sorted(Comparator.comparingDouble((Part p) -> -Math.abs(p.contribution)))
                .limit(max)
                .toList();
    }

    /**
     * @throws IllegalArgumentException unless the batch is one clip whose tokens fit the probe, and the class exists
     */
    public static void check(Probe probe, TokenBatch clip, int classIndex) {
        clip.requireDimOf(probe);
        requireOne("contributions", clip);
        requireClass(classIndex, probe.classes());
    }

    static void requireClass(int classIndex, int classes) {
        if (classIndex < 0 || classIndex >= classes) {
            throw new IllegalArgumentException(
                    "contributions: there is no class " + classIndex + ", classes are 0 to " + (classes - 1));
        }
    }

    /** @throws IllegalArgumentException if the batch has several clips */
    public static void requireOne(String what, TokenBatch clip) {
        if (clip.size() != 1) {
            throw new IllegalArgumentException(what + ": needs one clip, the batch has " + clip.size());
        }
    }

    /**
     * Parts for prototypes, then for the high and the low ends of channels, each with the token that matches it best.
     *
     * @param prototypes number of prototypes; each two of the other similarities are of one channel, all high ends
     *     first
     */
    public static Contributions ofPrototypes(
            int prototypes, double[] similarities, int[] tokens, double[] weights, double bias) {
        int channels = (similarities.length - prototypes) / 2;
        List<Part> parts = IntStream.range(0, similarities.length)
                .mapToObj(j -> {
                    int end = j - prototypes;
                    String name =
                            end < 0 ? "prototype " + j : CHANNEL + end % channels + (end < channels ? " high" : " low");
                    return Part.product(j, name, tokens[j], similarities[j], weights[j]);
                })
                .toList();
        return new Contributions(Kind.PROTOTYPES, "", parts, bias);
    }

    /** One part per token, in the order of the tokens. */
    public static Contributions ofTokens(String remark, double[] values, double[] weights, double bias) {
        return new Contributions(Kind.TOKENS, remark, tokens(values, weights), bias);
    }

    /** One part per token, in the order of the tokens, each with the weight {@code 1/n}. */
    public static Contributions ofEqualTokens(String remark, double[] values, int n, double bias) {
        return ofTokens(remark, values, equal(values.length, n), bias);
    }

    /** The weight {@code 1/n} for each token. */
    public static double[] equal(int tokens, int n) {
        double[] weights = new double[tokens];
        Arrays.fill(weights, 1.0 / n);
        return weights;
    }

    /** The parts of {@link #ofTokens}. */
    public static List<Part> tokens(double[] values, double[] weights) {
        return parts("token", 0, IntStream.range(0, values.length).toArray(), values, weights);
    }

    /** Parts for the entries of a descriptor, which do not belong to a token. */
    public static Contributions ofFeatures(String remark, double[] values, double[] weights, double bias) {
        return new Contributions(Kind.FEATURES, remark, parts("feature", 0, null, values, weights), bias);
    }

    /**
     * Parts that are products, numbered from {@code first} on.
     *
     * @param name prefix of the parts' names, before the number
     * @param tokens the token of each part, or null if the parts do not belong to tokens
     */
    public static List<Part> parts(String name, int first, int @Nullable [] tokens, double[] values, double[] weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> Part.product(
                        first + i, name + " " + (first + i), tokens == null ? -1 : tokens[i], values[i], weights[i]))
                .toList();
    }
}
