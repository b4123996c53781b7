package org.unmute.probes.truth;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bags of tokens with what is known of them. Classes that are about the same tokens share a bag.
 *
 * @param tokens of each bag: positions in the clip, or in the clips of a batch one after the other; none is empty
 * @param targets {@code [bags, classes]}, 1 if the class is in the bag, 0 if it is absent, NaN if that is not known
 * @param weights {@code [bags, classes]}, how much each target counts; 0 where it is not known
 */
public record TokenBags(int[][] tokens, float[] targets, float[] weights) {
    /** Adds up what is known of a clip. Not thread-safe. */
    public static final class Builder {
        private final int classes;
        private final Map<List<Integer>, Integer> numbers = new LinkedHashMap<>();
        private final List<float[]> targets = new ArrayList<>();
        private final List<float[]> weights = new ArrayList<>();

        /** @param classes number of classes */
        public Builder(int classes) {
            this.classes = classes;
        }

        /**
         * Says of tokens whether a class is among them; what is said twice counts twice.
         *
         * @param tokens positions in the clip, ascending; nothing happens if there are none
         * @param present whether the class is in at least one of them; if not, it is in none
         * @param weight above 0
         */
        public void add(List<Integer> tokens, int classIndex, boolean present, double weight) {
            if (tokens.isEmpty()) {
                return;
            }
            int bag = numbers.computeIfAbsent(List.copyOf(tokens), _ -> {
                float[] unknown = new float[classes];
                Arrays.fill(unknown, Float.NaN);
                targets.add(unknown);
                weights.add(new float[classes]);
                return targets.size() - 1;
            });
            targets.get(bag)[classIndex] = present ? 1 : 0;
            weights.get(bag)[classIndex] += (float) weight;
        }

        /** The bags in the order in which they were added. */
        public TokenBags build() {
            return new TokenBags(
                    numbers.keySet().stream()
                            .map(bag -> bag.stream().mapToInt(i -> i).toArray())
                            .toArray(int[][]::new),
                    flat(targets, classes),
                    flat(weights, classes));
        }
    }

    private static float[] flat(List<float[]> rows, int width) {
        float[] all = new float[Math.multiplyExact(rows.size(), width)];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * width, width);
        }
        return all;
    }

    /** The bags of clips of one grid as those of a batch: the tokens of a clip follow those of the clip before. */
    public static TokenBags joined(List<TokenBags> clips, int tokensEach) {
        List<int[]> tokens = new ArrayList<>();
        for (int i = 0; i < clips.size(); i++) {
            int first = i * tokensEach;
            for (int[] bag : clips.get(i).tokens) {
                tokens.add(Arrays.stream(bag).map(n -> first + n).toArray());
            }
        }
        return new TokenBags(
                tokens.toArray(int[][]::new),
                concat(clips.stream().map(TokenBags::targets).toList()),
                concat(clips.stream().map(TokenBags::weights).toList()));
    }

    /** Arrays one after the other. */
    public static float[] concat(List<float[]> arrays) {
        float[] all = new float[arrays.stream().mapToInt(a -> a.length).reduce(0, Math::addExact)];
        int at = 0;
        for (float[] one : arrays) {
            System.arraycopy(one, 0, all, at, one.length);
            at += one.length;
        }
        return all;
    }

    /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
    @Override
    public boolean equals(Object other) {
        return other instanceof TokenBags that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {tokens, targets, weights};
    }

    @Override
    public String toString() {
        return "TokenBags[" + tokens.length + " bags]";
    }
}
