package org.unmute.probes.pool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Why one class of one clip has its logit: parts that, together with a bias, add up to it.
 *
 * @param kind what the parts are
 * @param remark what a reader of the parts must know, in a sentence; empty if nothing
 * @param parts all of them in the probe's order, those that add nothing included
 * @param bias what the class has before any part counts
 */
public record Contributions(Kind kind, String remark, List<Part> parts, double bias) {
    /** What a logit is put together from. */
    public enum Kind {
        /** Prototypes: similarity times weight, at the token that matches best. */
        PROTOTYPES,
        /** Tokens: each adds what it holds, as far as the probe weighs it. */
        TOKENS,
        /** Entries of the probe's descriptor: the probe does not take its scores apart by tokens. */
        FEATURES
    }

    /**
     * One term of the sum.
     *
     * @param index number of the prototype, token or feature; -1 for what is none of them
     * @param name what to call it
     * @param token the token of the clip it rests on, {@code t · freq + f}; -1 where it rests on no single one
     * @param value what is weighed: a prototype's similarity, what the class finds in a token, an entry of the
     *     descriptor; NaN where the term is no single product
     * @param weight what it is weighed with; for the heads or queries of an attention, the mean of their weights
     * @param contribution what it adds to the logit: value times weight, where there is a value
     */
    public record Part(int index, String name, int token, double value, double weight, double contribution) {
        public static Part product(int index, String name, int token, double value, double weight) {
            return new Part(index, name, token, value, weight, value * weight);
        }
    }

    /** Copies the list. */
    public Contributions {
        parts = List.copyOf(parts);
    }

    /** What the parts and the bias add up to: the logit, but for rounding. */
    public double sum() {
        double sum = bias;
        for (Part p : parts) {
            sum += p.contribution;
        }
        return sum;
    }

    /** The sum of the terms' sizes, bias included: what rounding of {@link #sum} is proportional to. */
    public double magnitude() {
        double sum = Math.abs(bias);
        for (Part p : parts) {
            sum += Math.abs(p.contribution);
        }
        return sum;
    }

    /** The parts that say most for or against the class, strongest first; those listed earlier first among equals. */
    public List<Part> strongest(int most) {
        return parts.stream()
                .sorted(Comparator.comparingDouble((Part p) -> -Math.abs(p.contribution)))
                .limit(most)
                .toList();
    }

    /** @throws IllegalArgumentException unless the batch is one clip, of tokens that fit, and there is such a class */
    public static void check(Probe probe, TokenBatch clip, int classIndex) {
        clip.requireDimOf(probe);
        requireOne("contributions", clip);
        if (classIndex < 0 || classIndex >= probe.classes()) {
            throw new IllegalArgumentException(
                    "contributions: there is no class " + classIndex + ", classes are 0 to " + (probe.classes() - 1));
        }
    }

    /** @throws IllegalArgumentException if the batch is of several clips */
    public static void requireOne(String what, TokenBatch clip) {
        if (clip.size() != 1) {
            throw new IllegalArgumentException(what + ": it is that of one clip, the batch has " + clip.size());
        }
    }

    /** Prototypes in a row from {@code first}. */
    public static Contributions ofPrototypes(
            int first, double[] similarities, int[] tokens, double[] weights, double bias) {
        List<Part> parts = new ArrayList<>(weights.length);
        for (int j = 0; j < weights.length; j++) {
            parts.add(Part.product(first + j, "prototype " + (first + j), tokens[j], similarities[j], weights[j]));
        }
        return new Contributions(Kind.PROTOTYPES, "", parts, bias);
    }

    /** Tokens in order. */
    public static Contributions ofTokens(String remark, double[] values, double[] weights, double bias) {
        return new Contributions(Kind.TOKENS, remark, tokens(values, weights), bias);
    }

    public static List<Part> tokens(double[] values, double[] weights) {
        return IntStream.range(0, values.length)
                .mapToObj(n -> Part.product(n, "token " + n, n, values[n], weights[n]))
                .toList();
    }

    /** Entries of a descriptor that have no place in the clip. */
    public static Contributions ofFeatures(String remark, double[] values, double[] weights, double bias) {
        return new Contributions(
                Kind.FEATURES,
                remark,
                IntStream.range(0, values.length)
                        .mapToObj(d -> Part.product(d, "feature " + d, -1, values[d], weights[d]))
                        .toList(),
                bias);
    }
}
