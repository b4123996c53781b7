package org.unmute.events.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.unmute.data.ClipId;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.event.Band;

/**
 * Compares the tokens of examples with all stretches of some ranges of rows ({@link BoxMatcher}). Of stretches that
 * begin
 * within the length of the longest wanted example of each other, only the best is an answer; of equal ones the first.
 * Rows are read in segments, so that memory does not grow with the length of a recording.
 */
final class BoxSearch {
    private static final int SEGMENT_VALUES = 1 << 23;

    private final TokenCache cache;
    private final RowTimes times;
    /** Null if bands are not known. */
    private final EncoderSpec spec;

    private final BoxMatcher matcher;
    private final List<Example> examples;

    /**
     * @param spec of the encoder; null if bands are not wanted
     * @param examples whose own stretches are left out of the answers
     */
    BoxSearch(TokenCache cache, RowTimes times, EncoderSpec spec, BoxMatcher matcher, List<Example> examples) {
        this.cache = cache;
        this.times = times;
        this.spec = spec;
        this.matcher = matcher;
        this.examples = examples;
    }

    /**
     * The best moments in some ranges, best first.
     *
     * @param done called with the number of ranges so far
     */
    List<Moment> best(List<TokenRange> ranges, int most, IntConsumer done) throws IOException {
        BestMoments best = new BestMoments(most);
        int[] count = {0};
        try {
            IntStream.range(0, ranges.size()).parallel().forEach(i -> {
                BestMoments own = new BestMoments(most);
                try {
                    search(ranges.get(i), (long) i << 32, own);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                synchronized (best) {
                    own.ranked().forEach(best::add);
                    done.accept(++count[0]);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return best.ranked();
    }

    private void search(TokenRange range, long order, BestMoments best) throws IOException {
        int longest = Math.min(matcher.longest(), range.to() - range.from());
        int each = Math.max(
                4 * longest,
                SEGMENT_VALUES / (range.clip().freq() * range.clip().dim()));
        for (int first = range.from(); first < range.to(); first += each) {
            // Starts in [first, end) are judged; those around them and the rows of their stretches are compared, too.
            int end = Math.min(range.to(), first + each);
            int from = Math.max(range.from(), first - longest + 1);
            int to = Math.min(range.to(), end + 2 * longest);
            TokenMap rows = cache.readRows(range.clip().id(), from, to);
            BoxMatcher.Scores scores = matcher.scores(rows);
            float[] own = new float[to - from];
            for (int row = 0; row < own.length; row++) {
                own[row] = scores.at(row) == Float.NEGATIVE_INFINITY
                                || isExample(range, from + row, from + scores.end(row))
                        ? Float.NEGATIVE_INFINITY
                        : scores.at(row);
            }
            for (int row = first - from; row < end - from; row++) {
                if (isPeak(own, row, longest)) {
                    best.add(moment(range, from, row, scores, order + from + row));
                }
            }
        }
    }

    private static boolean isPeak(float[] scores, int row, int length) {
        if (scores[row] == Float.NEGATIVE_INFINITY) {
            return false;
        }
        for (int other = Math.max(0, row - length + 1); other < Math.min(scores.length, row + length); other++) {
            if (scores[other] > scores[row] || other < row && scores[other] == scores[row]) {
                return false;
            }
        }
        return true;
    }

    private boolean isExample(TokenRange range, int from, int to) {
        String recording = ClipId.recording(range.clip().id());
        double start = ExampleReader.start(range.clip());
        double begin = start + times.seconds(from);
        double end = start + times.seconds(to);
        return examples.stream().anyMatch(e -> e.overlaps(recording, begin, end));
    }

    private Moment moment(TokenRange range, int from, int row, BoxMatcher.Scores scores, long order) {
        double start = ExampleReader.start(range.clip());
        Band band = MomentSearch.fullBand(spec, times);
        if (spec != null && spec.freq() > 1 && spec.input().bands() != null) {
            int[] columns = scores.columns(row, range.clip().freq());
            if (columns[1] - columns[0] + 1 < spec.freq()) {
                band = new Band(
                        spec.place(0, columns[0]).lowHz(),
                        spec.place(0, columns[1]).highHz(),
                        false);
            }
        }
        return new Moment(
                ClipId.recording(range.clip().id()),
                start + times.seconds(from + row),
                start + times.seconds(from + scores.end(row)),
                band,
                scores.at(row),
                order);
    }
}
