package org.unmute.events.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.unmute.data.ClipId;
import org.unmute.data.provenance.Units;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.event.Band;
import org.unmute.probes.vector.NearestVectors;
import org.unmute.probes.vector.RowStretches;
import org.unmute.probes.vector.ScoredRow;
import org.unmute.probes.vector.VectorIndex;

/** Searches a token cache for the moments nearest to examples. */
public final class MomentSearch {
    /** Tokens of the sound that are read to learn what is ordinary in it. */
    private static final int SAMPLED_TOKENS = 1 << 14;
    /** Rows that are read of one place, at least. */
    private static final int SAMPLED_PIECE = 64;

    private final TokenCache cache;
    private final RowTimes times;
    private final List<ExampleTokens> wanted = new ArrayList<>();
    private final List<ExampleTokens> avoided = new ArrayList<>();
    /** The examples as the cache names them: their own stretches are no answers. */
    private final List<Example> examples = new ArrayList<>();

    private final Set<String> recordings;

    /**
     * What was found.
     *
     * @param moments best first
     * @param searched a description of what the answer is exact within
     * @param isByTokens whether tokens were compared, not their means
     * @param seconds of sound that every example was compared with
     */
    public record Found(List<Moment> moments, String searched, boolean isByTokens, double seconds) {
        /** Copies the list. */
        public Found {
            moments = List.copyOf(moments);
        }
    }

    /**
     * Reads examples.
     *
     * @param wanted at least one
     * @param recordings the recordings to search; all if empty
     * @throws org.unmute.files.InputException if an example or a recording is not there
     * @throws IOException if tokens cannot be read
     */
    public MomentSearch(
            TokenCache cache,
            RowTimes times,
            ExampleReader reader,
            List<Example> wanted,
            List<Example> avoided,
            Set<String> recordings)
            throws IOException {
        this.cache = cache;
        this.times = times;
        for (Example example : wanted) {
            this.wanted.add(reader.read(example));
        }
        for (Example example : avoided) {
            this.avoided.add(reader.read(example));
        }
        this.wanted.forEach(e -> examples.add(e.example()));
        this.avoided.forEach(e -> examples.add(e.example()));
        this.recordings = recordings.isEmpty() ? reader.recordings().keySet() : new TreeSet<>(recordings);
    }

    /** The whole frequency range: of the encoder, or, if it is not known, up to half of its sample rate. */
    static Band fullBand(EncoderSpec spec, RowTimes times) {
        return spec == null || spec.input().bands() == null
                ? new Band(0, times.sampleRate() / 2.0, true)
                : new Band(spec.input().bands().lowHz(), spec.input().bands().highHz(), true);
    }

    /**
     * The stretches whose mean tokens are nearest to those of the examples.
     *
     * @param index of this cache
     * @param most number of moments
     */
    public Found pooled(VectorIndex index, int most) throws IOException {
        Band full = fullBand(null, times);
        List<Moment> moments = new ArrayList<>();
        for (ScoredRow row : rows(index, most, wanted)) {
            Place at = place(index, row.row());
            moments.add(new Moment(at.recording(), at.start(), at.end(), full, row.score(), row.row()));
        }
        double seconds = seconds();
        return new Found(
                moments,
                "exact within " + within(seconds) + ", by vectors of "
                        + number(index.head().seconds()) + " s",
                false,
                seconds);
    }

    /** Where a vector is. */
    private record Place(String recording, double start, double end) {}

    private Place place(VectorIndex index, long row) {
        int clip = index.clipOf(row);
        CachedClip own = cache.find(index.head().clips().get(clip).id()).orElseThrow();
        int[] borders = RowStretches.borders(times, own.sound(), index.head().seconds());
        int at = (int) (row - index.firstOf(clip));
        double start = ExampleReader.start(own);
        return new Place(
                ClipId.recording(own.id()), start + times.seconds(borders[at]), start + times.seconds(borders[at + 1]));
    }

    private List<ScoredRow> rows(VectorIndex index, int most, List<ExampleTokens> like) throws IOException {
        List<String> ids = index.head().clips().stream()
                .map(clip -> ClipId.recording(clip.id()))
                .toList();
        Set<String> own = new TreeSet<>();
        examples.forEach(e -> own.add(e.recording()));
        NearestVectors nearest = new NearestVectors(
                index,
                like.stream().map(ExampleTokens::pooled).toList(),
                avoided.stream().map(ExampleTokens::pooled).toList());
        return nearest.best(most, clip -> recordings.contains(ids.get(clip)), row -> {
            if (!own.contains(ids.get(index.clipOf(row)))) {
                return true;
            }
            Place at = place(index, row);
            return examples.stream().noneMatch(e -> e.overlaps(at.recording(), at.start(), at.end()));
        });
    }

    /**
     * The stretches whose tokens fit those of the examples best, exactly in all recordings.
     *
     * @param spec of the encoder; null if bands are not wanted
     * @param anyBand whether tokens may be found at other frequencies than the example's
     */
    public Found boxes(EncoderSpec spec, boolean anyBand, int most, IntConsumer done) throws IOException {
        List<TokenRange> ranges = new ArrayList<>();
        for (CachedClip clip : cache.clips()) {
            if (recordings.contains(ClipId.recording(clip.id()))) {
                ranges.add(new TokenRange(clip, 0, clip.sound()));
            }
        }
        double seconds = seconds();
        List<Moment> found = search(spec, anyBand).best(ranges, most, done);
        return new Found(found, "exact within " + within(seconds) + ", by tokens", true, seconds);
    }

    /** As {@link #boxes(EncoderSpec, boolean, int, IntConsumer)}, exactly in the stretches that an index proposes. */
    public Found boxes(VectorIndex index, int candidates, EncoderSpec spec, boolean anyBand, int most, IntConsumer done)
            throws IOException {
        List<ScoredRow> rows = new ArrayList<>();
        Set<Long> known = new HashSet<>();
        for (ExampleTokens example : wanted) { // Cosines of two examples do not compare.
            rows(index, candidates, List.of(example)).stream()
                    .filter(row -> known.add(row.row()))
                    .forEach(rows::add);
        }
        List<TokenRange> ranges = ranges(index, rows);
        double seconds = ranges.stream()
                .mapToDouble(r -> times.seconds(r.to()) - times.seconds(r.from()))
                .sum();
        List<Moment> found = search(spec, anyBand).best(ranges, most, done);
        return new Found(
                found,
                "exact within the " + Units.count(rows.size(), "candidate") + " (" + Units.duration(seconds) + " of "
                        + Units.duration(seconds()) + ") that vectors of "
                        + number(index.head().seconds())
                        + " s propose, by tokens",
                true,
                seconds);
    }

    private BoxSearch search(EncoderSpec spec, boolean anyBand) throws IOException {
        return new BoxSearch(cache, times, spec, new BoxMatcher(wanted, avoided, anyBand, sample()), examples);
    }

    /** Rows of the longest wanted example. */
    private int longest() {
        return wanted.stream().mapToInt(e -> e.rows().time()).max().orElseThrow();
    }

    /** Pieces of the sound that is searched, evenly spread, in whichever order the clips were embedded. */
    private List<TokenMap> sample() throws IOException {
        List<CachedClip> clips = cache.clips().stream()
                .filter(clip -> clip.sound() > 0 && recordings.contains(ClipId.recording(clip.id())))
                .sorted(Comparator.comparing(CachedClip::id))
                .toList();
        long all = clips.stream().mapToLong(CachedClip::sound).sum();
        int piece = Math.max(SAMPLED_PIECE, 2 * longest());
        long most =
                Math.max(4L * piece, SAMPLED_TOKENS / wanted.getFirst().rows().freq());
        long each = Math.max(piece, all * piece / most);
        List<TokenMap> pieces = new ArrayList<>();
        long next = 0;
        long first = 0;
        for (CachedClip clip : clips) {
            if (all <= most) {
                pieces.add(cache.readRows(clip.id(), 0, clip.sound()));
                continue;
            }
            for (; next < first + clip.sound(); next += each) {
                int from = (int) (next - first);
                pieces.add(cache.readRows(clip.id(), from, Math.min(clip.sound(), from + piece)));
            }
            first += clip.sound();
        }
        return pieces.isEmpty() ? List.of(wanted.getFirst().rows()) : pieces;
    }

    /** Candidates with what an example needs around them; overlapping ones are one range. */
    private List<TokenRange> ranges(VectorIndex index, List<ScoredRow> rows) {
        int around = longest() - 1;
        Map<Integer, TreeSet<Long>> byClip = new HashMap<>();
        rows.forEach(row -> byClip.computeIfAbsent(index.clipOf(row.row()), _ -> new TreeSet<>())
                .add(row.row()));
        List<TokenRange> ranges = new ArrayList<>();
        byClip.keySet().stream().sorted().forEach(clip -> {
            CachedClip own = cache.find(index.head().clips().get(clip).id()).orElseThrow();
            int[] borders =
                    RowStretches.borders(times, own.sound(), index.head().seconds());
            int from = -1;
            int to = -1;
            for (long row : byClip.get(clip)) {
                int at = (int) (row - index.firstOf(clip));
                int first = Math.max(0, borders[at] - around);
                if (from >= 0 && first > to) {
                    ranges.add(new TokenRange(own, from, to));
                    from = -1;
                }
                from = from < 0 ? first : from;
                to = Math.min(own.sound(), borders[at + 1] + around);
            }
            ranges.add(new TokenRange(own, from, to));
        });
        return ranges;
    }

    /** Seconds of sound in the recordings to search. */
    private double seconds() {
        return cache.clips().stream()
                .filter(clip -> recordings.contains(ClipId.recording(clip.id())))
                .mapToDouble(clip -> times.seconds(clip.sound()))
                .sum();
    }

    private String within(double seconds) {
        return Units.count(recordings.size(), "recording") + " (" + Units.duration(seconds) + ")";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.2f", value);
    }
}
