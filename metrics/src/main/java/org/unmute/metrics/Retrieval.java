package org.unmute.metrics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * How well the nearest clips share a label. Each clip with a label is a query in turn: the other clips are ranked by
 * their similarity to it, equal ones in their order, and those that share a label with it are relevant. A clip is left
 * out of that ranking if it shares no known label and it is not known whether it shares an unknown one. A query without
 * a relevant clip counts nowhere.
 *
 * @param queries number of queries
 * @param classes number of classes with a query that has another clip of the class
 * @param k the k of the precision at k
 * @param meanAveragePrecision mean over the queries of the average precision of their rankings
 * @param precisionAtK mean over the queries of the share of relevant clips among the first k
 * @param classMeanAveragePrecision the same where a query has one class at a time and only clips of that class are
 *     relevant, first averaged over the queries of a class, then over the classes, so that rare classes count as much
 *     as frequent ones
 * @param classPrecisionAtK precision at k in the same way
 */
public record Retrieval(
        int queries,
        int classes,
        int k,
        double meanAveragePrecision,
        double precisionAtK,
        double classMeanAveragePrecision,
        double classPrecisionAtK) {
    /**
     * The scores of clips.
     *
     * @param targets {@code [clips][classes]}: 1 for a label, 0 for none, NaN if it is not known
     * @param similarities of a clip to all clips, {@code [clips]}; its own entry does not count
     * @param k at least 1
     * @throws IllegalArgumentException if {@code k} is below 1, or a similarity is NaN
     */
    public static Retrieval of(float[][] targets, IntFunction<float[]> similarities, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("retrieval: precision at " + k + ": it must be at least 1");
        }
        int classes = targets.length == 0 ? 0 : targets[0].length;
        Mean all = new Mean();
        Mean[] byClass = new Mean[classes];
        Arrays.setAll(byClass, _ -> new Mean());
        for (int q = 0; q < targets.length; q++) {
            float[] query = targets[q];
            if (IntStream.range(0, classes).noneMatch(c -> query[c] == 1)) {
                continue;
            }
            int[] ranking = ranking(similarities.apply(q), q);
            all.add(
                    ranking,
                    clip -> shares(query, targets[clip]),
                    clip -> shares(query, targets[clip]) || !isOpen(query, targets[clip]),
                    k);
            for (int c = 0; c < classes; c++) {
                int own = c;
                if (query[c] == 1) {
                    byClass[c].add(
                            ranking, clip -> targets[clip][own] == 1, clip -> !Float.isNaN(targets[clip][own]), k);
                }
            }
        }
        Mean[] counted = Arrays.stream(byClass).filter(m -> m.count > 0).toArray(Mean[]::new);
        return new Retrieval(
                all.count,
                counted.length,
                k,
                all.average(),
                all.precision(),
                Arrays.stream(counted).mapToDouble(Mean::average).average().orElse(Double.NaN),
                Arrays.stream(counted).mapToDouble(Mean::precision).average().orElse(Double.NaN));
    }

    private static boolean shares(float[] query, float[] clip) {
        return IntStream.range(0, query.length).anyMatch(c -> query[c] == 1 && clip[c] == 1);
    }

    /** Whether it is not known of a clip whether it has a label of the query. */
    private static boolean isOpen(float[] query, float[] clip) {
        return IntStream.range(0, query.length)
                .anyMatch(c -> query[c] == 1 && Float.isNaN(clip[c]) || Float.isNaN(query[c]) && clip[c] != 0);
    }

    /** The other clips, nearest first. */
    private static int[] ranking(float[] similarities, int query) {
        for (int i = 0; i < similarities.length; i++) {
            if (i != query && Float.isNaN(similarities[i])) {
                throw new IllegalArgumentException(
                        "retrieval: the similarity of clips " + query + " and " + i + " is NaN");
            }
        }
        return IntStream.range(0, similarities.length)
                .filter(i -> i != query)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -similarities[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    /** Means over queries. */
    private static final class Mean {
        private int count;
        private double averages;
        private double precisions;

        void add(int[] ranking, IntPredicate relevant, IntPredicate known, int k) {
            int rank = 0;
            int found = 0;
            int first = 0;
            double sum = 0;
            for (int clip : ranking) {
                if (!known.test(clip)) {
                    continue;
                }
                rank++;
                if (relevant.test(clip)) {
                    found++;
                    sum += (double) found / rank;
                    first += rank <= k ? 1 : 0;
                }
            }
            if (found > 0) {
                count++;
                averages += sum / found;
                precisions += (double) first / k;
            }
        }

        double average() {
            return count == 0 ? Double.NaN : averages / count;
        }

        double precision() {
            return count == 0 ? Double.NaN : precisions / count;
        }
    }
}
