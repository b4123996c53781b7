package org.unmute.probes.pool;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The logit of one class of one clip as a sum of parts and a bias.
 *
 * @param kind what the parts are
 * @param remark a sentence that a reader of the parts must know; may be empty
 * @param parts all parts in the probe's order, including those that add nothing
 * @param bias the class's bias
 */
public record Contributions(Kind kind, String remark, List<Part> parts, double bias) {
    /** What the parts are. */
    public enum Kind {
        /** Prototypes: similarity with the best matching token, times weight. */
        PROTOTYPES,
        /** Tokens: what the class finds in each, times its weight. */
        TOKENS,
        /** Entries of the probe's descriptor, if its scores are no sum over tokens. */
        FEATURES
    }

    /**
     * One term of the sum.
     *
     * @param index index of the prototype, token or feature; -1 for a part that is none of them
     * @param name its name in tables
     * @param token the token of the clip it comes from, {@code t · freq + f}; -1 if it comes from no single one
     * @param value a prototype's similarity, what the class finds in a token, or an entry of the descriptor; NaN if the
     *     part is no single product
     * @param weight the factor of the value; of several attention heads or queries, the mean of their weights
     * @param contribution what it adds to the logit: value times weight, if there is a value
     */
    public record Part(int index, String name, int token, double value, double weight, double contribution) {
        /** A part that is the product of its value and its weight. */
        public static Part product(int index, String name, int token, double value, double weight) {
            return new Part(index, name, token, value, weight, value * weight);
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

    /** The sum of the absolute values of parts and bias, to which the rounding of {@link #sum} is proportional. */
    public double magnitude() {
        double sum = Math.abs(bias);
        for (Part p : parts) {
            sum += Math.abs(p.contribution);
        }
        return sum;
    }

    /** The parts with the largest absolute contributions, in descending order; equal ones in the order of the list. */
    public List<Part> strongest(int max) {
        return parts.stream()
                .sorted(Comparator.comparingDouble((Part p) -> -Math.abs(p.contribution)))
                .limit(max)
                .toList();
    }

    /** @throws IllegalArgumentException unless the batch is one clip, of tokens that fit, and there is such a class */
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

    /** @throws IllegalArgumentException if the batch is of several clips */
    public static void requireOne(String what, TokenBatch clip) {
        if (clip.size() != 1) {
            throw new IllegalArgumentException(what + ": needs one clip, the batch has " + clip.size());
        }
    }

    /** Consecutive prototypes from {@code first} on, each with the token that matches it best. */
    public static Contributions ofPrototypes(
            int first, double[] similarities, int[] tokens, double[] weights, double bias) {
        return new Contributions(Kind.PROTOTYPES, "", parts("prototype", first, tokens, similarities, weights), bias);
    }

    /** One part a token, in the order of the tokens. */
    public static Contributions ofTokens(String remark, double[] values, double[] weights, double bias) {
        return new Contributions(Kind.TOKENS, remark, tokens(values, weights), bias);
    }

    /** One part a token, in the order of the tokens, all with the same weight {@code 1/n}. */
    public static Contributions ofEqualTokens(String remark, double[] values, int n, double bias) {
        return ofTokens(remark, values, equal(values.length, n), bias);
    }

    /** The weight {@code 1/n} of each of some tokens. */
    public static double[] equal(int tokens, int n) {
        double[] weights = new double[tokens];
        Arrays.fill(weights, 1.0 / n);
        return weights;
    }

    /** The parts of {@link #ofTokens}. */
    public static List<Part> tokens(double[] values, double[] weights) {
        return parts("token", 0, IntStream.range(0, values.length).toArray(), values, weights);
    }

    /** Entries of a descriptor, which have no place in the clip. */
    public static Contributions ofFeatures(String remark, double[] values, double[] weights, double bias) {
        return new Contributions(Kind.FEATURES, remark, parts("feature", 0, null, values, weights), bias);
    }

    /**
     * Products, numbered from {@code first} on.
     *
     * @param name what a part is called before its number
     * @param tokens the token that each comes from, or null if they have no place in the clip
     */
    public static List<Part> parts(String name, int first, int[] tokens, double[] values, double[] weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> Part.product(
                        first + i, name + " " + (first + i), tokens == null ? -1 : tokens[i], values[i], weights[i]))
                .toList();
    }
}
