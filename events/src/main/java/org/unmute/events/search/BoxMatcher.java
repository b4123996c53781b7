package org.unmute.events.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.PrototypeOps.PrototypeMaxPool;

/**
 * Compares examples with every stretch of some rows. An example fits a stretch as well as its tokens do on average,
 * each with the cosine of the token of the stretch that is most like it, after {@link Whitening}. Examples fit ordinary
 * sound more or less well, so that fits are compared as deviations from those with a sample of the sound. The score of
 * a stretch is the mean over the better half of the wanted examples of this fit, less that of the avoided example that
 * fits best. A stretch is as long as the wanted example that fits best. Immutable and thread-safe.
 */
final class BoxMatcher {
    /** Columns with at least this share of the votes of the best one belong to the band. */
    private static final double SHARE = 0.25;
    /** Least deviation of fits, for sound that is all alike. */
    private static final double LEAST = 1e-4;

    private final List<ExampleTokens> wanted;
    private final List<ExampleTokens> avoided;
    private final boolean anyBand;
    private final Whitening whitening;
    /** Of each wanted example, then of each avoided one at the lengths of the wanted ones. */
    private final List<Level[]> levels = new ArrayList<>();

    /** How examples fit ordinary sound. */
    private record Level(double mean, double deviation) {
        static Level of(List<float[]> fits) {
            double sum = 0;
            double squares = 0;
            long count = 0;
            for (float[] some : fits) {
                for (float fit : some) {
                    sum += fit;
                    squares += (double) fit * fit;
                }
                count += some.length;
            }
            double mean = sum / count;
            return new Level(mean, Math.max(LEAST, Math.sqrt(Math.max(0, squares / count - mean * mean))));
        }

        float above(float fit) {
            return (float) ((fit - mean) / deviation);
        }
    }

    /**
     * @param anyBand whether tokens are compared with those of all columns; else with those of the example's own
     * @param sound   a sample of the sound that is searched, at least one map
     */
    BoxMatcher(List<ExampleTokens> wanted, List<ExampleTokens> avoided, boolean anyBand, List<TokenMap> sound) {
        whitening = Whitening.of(sound);
        this.wanted = wanted.stream().map(e -> e.whitened(whitening)).toList();
        this.avoided = avoided.stream().map(e -> e.whitened(whitening)).toList();
        this.anyBand = anyBand;
        List<TokenMap> white = sound.stream().map(whitening::of).toList();
        for (ExampleTokens example : this.wanted) {
            levels.add(new Level[] {level(example, example, white)});
        }
        for (ExampleTokens example : this.avoided) {
            levels.add(this.wanted.stream().map(e -> level(example, e, white)).toArray(Level[]::new));
        }
    }

    private Level level(ExampleTokens example, ExampleTokens length, List<TokenMap> sound) {
        return Level.of(sound.stream()
                .map(map -> match(example, map)
                        .means(map.time(), Math.min(map.time(), length.rows().time())))
                .toList());
    }

    /** Rows of the longest wanted example. */
    int longest() {
        return wanted.stream().mapToInt(e -> e.rows().time()).max().orElseThrow();
    }

    /**
     * The best cosine of each of an example's tokens in each row.
     *
     * @param number of tokens of the example
     * @param values {@code [rows, number]}
     * @param columns the column of the winner, likewise
     */
    private record RowMatches(int number, float[] values, int[] columns) {
        /**
         * The fit of the example with the stretches of some length that begin at each row, {@code [rows - length + 1]}.
         * The maximum over a window is that of the rest of its first block and of the part of the next one, blocks
         * being
         * as long as windows, so that the time does not grow with the length.
         */
        float[] means(int rows, int length) {
            float[] rest = values.clone();
            float[] part = values.clone();
            for (int row = rows - 2; row >= 0; row--) {
                if ((row + 1) % length != 0) {
                    max(rest, row, row + 1);
                }
            }
            for (int row = 1; row < rows; row++) {
                if (row % length != 0) {
                    max(part, row, row - 1);
                }
            }
            float[] means = new float[rows - length + 1];
            for (int row = 0; row < means.length; row++) {
                int first = row * number;
                int last = (row + length - 1) * number;
                double sum = 0;
                for (int i = 0; i < number; i++) {
                    sum += Math.max(rest[first + i], part[last + i]);
                }
                means[row] = (float) (sum / number);
            }
            return means;
        }

        private void max(float[] all, int row, int with) {
            for (int i = 0; i < number; i++) {
                all[row * number + i] = Math.max(all[row * number + i], all[with * number + i]);
            }
        }

        /** The row in which a token of the example matches best; the first of equal ones. */
        int best(int pattern, int from, int to) {
            int best = from;
            for (int row = from + 1; row < to; row++) {
                best = values[row * number + pattern] > values[best * number + pattern] ? row : best;
            }
            return best;
        }
    }

    private RowMatches match(ExampleTokens example, TokenMap rows) {
        int first = anyBand ? 0 : example.firstColumn();
        int count = anyBand ? rows.freq() : example.columns();
        float[] patterns = example.patterns();
        int number = patterns.length / rows.dim();
        try (TensorScope _ = new TensorScope()) {
            Tensor tokens = Tensor.of(ExampleTokens.columns(rows, first, count), rows.time(), count, rows.dim());
            PrototypeMaxPool pool = tokens.prototypeMaxPool(Tensor.of(patterns, number, rows.dim()));
            float[] values = Grad.withoutRecording(() -> pool.values().toFloats());
            int[] columns = pool.winners().toInts();
            for (int i = 0; i < columns.length; i++) {
                columns[i] += first;
            }
            return new RowMatches(number, values, columns);
        }
    }

    /**
     * The scores of the stretches that begin at each row.
     *
     * @param rows token map of the rows
     */
    Scores scores(TokenMap rows) {
        TokenMap white = whitening.of(rows);
        return new Scores(
                rows.time(),
                wanted.stream().map(e -> match(e, white)).toList(),
                avoided.stream().map(e -> match(e, white)).toList());
    }

    /** The scores of some rows. */
    final class Scores {
        private final int rows;
        private final List<RowMatches> wants;
        private final float[] best;
        private final int[] which;

        private Scores(int rows, List<RowMatches> wants, List<RowMatches> avoids) {
            this.rows = rows;
            this.wants = wants;
            best = new float[rows];
            which = new int[rows];
            float[][] fits = new float[wants.size()][];
            for (int e = 0; e < fits.length; e++) {
                fits[e] = wants.get(e).means(rows, length(e));
                List<float[]> others = new ArrayList<>();
                for (RowMatches avoid : avoids) {
                    others.add(avoid.means(rows, length(e)));
                }
                for (int row = 0; row < fits[e].length; row++) {
                    float worst = others.isEmpty() ? 0 : Float.NEGATIVE_INFINITY;
                    for (int a = 0; a < others.size(); a++) {
                        worst = Math.max(worst, levels.get(wants.size() + a)[e].above(others.get(a)[row]));
                    }
                    fits[e][row] = levels.get(e)[0].above(fits[e][row]) - worst;
                }
            }
            float[] own = new float[fits.length];
            for (int row = 0; row < rows; row++) {
                int count = 0;
                for (int e = 0; e < fits.length; e++) {
                    if (row < fits[e].length) {
                        which[row] = count == 0 || fits[e][row] > fits[which[row]][row] ? e : which[row];
                        own[count++] = fits[e][row];
                    }
                }
                best[row] = betterHalf(own, count);
            }
        }

        /** The mean of the larger half of some fits; negative infinity if there are none. */
        private static float betterHalf(float[] fits, int count) {
            Arrays.sort(fits, 0, count);
            int half = Math.ceilDiv(count, 2);
            double sum = 0;
            for (int i = count - half; i < count; i++) {
                sum += fits[i];
            }
            return half == 0 ? Float.NEGATIVE_INFINITY : (float) (sum / half);
        }

        private int length(int example) {
            return Math.min(rows, wanted.get(example).rows().time());
        }

        /** The score of the stretch that begins at a row; negative infinity if none does. */
        float at(int row) {
            return best[row];
        }

        /** The row after the stretch that begins at a row. */
        int end(int row) {
            return row + length(which[row]);
        }

        /** First and last column of the band in which the example's tokens were found. */
        int[] columns(int row, int freq) {
            RowMatches own = wants.get(which[row]);
            double[] votes = new double[freq];
            for (int i = 0; i < own.number(); i++) {
                int at = own.best(i, row, end(row)) * own.number() + i;
                votes[own.columns()[at]] += Math.max(0, own.values()[at]);
            }
            double most = Arrays.stream(votes).max().orElseThrow();
            int low = 0;
            while (low < freq - 1 && votes[low] < SHARE * most) {
                low++;
            }
            int high = freq - 1;
            while (high > low && votes[high] < SHARE * most) {
                high--;
            }
            return new int[] {low, high};
        }
    }
}
