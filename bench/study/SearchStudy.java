import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.unmute.audio.Resampler;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.search.Example;
import org.unmute.events.search.ExampleReader;
import org.unmute.events.search.Moment;
import org.unmute.events.search.MomentSearch;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.vector.VectorIndex;
import org.unmute.probes.vector.VectorIndexWriter;
import org.unmute.tensor.backend.Backends;

/**
 * How many of the other places of a call a search finds: {@code java -cp 'jars/*' SearchStudy.java CACHE EVENTS_TSV
 * WORK}. The label of an event names its call. The first three events of each call are examples; a call counts as found
 * if a moment covers half of it, or lies at least by half in it. Moments closer to a better one than the example is
 * long do not count, nor do those of the example itself.
 */
final class SearchStudy {
    private static final int AT = 10;
    private static final int EXAMPLES = 3;

    private SearchStudy() {}

    /** A way to search: what it finds for an event. */
    private interface Way {
        MomentSearch.Found find(Annotation event) throws IOException;
    }

    public static void main(String[] args) throws IOException {
        Backends.use(Backends.open("auto", Runtime.getRuntime().availableProcessors()));
        Path folder = Path.of(args[0]);
        List<Annotation> events = AnnotationTable.read(Path.of(args[1])).annotations().stream()
                .map(a -> new Annotation(
                        a.file().replaceFirst("^test/", ""),
                        a.onset(),
                        a.offset(),
                        a.label(),
                        a.low(),
                        a.high(),
                        a.score(),
                        1))
                .toList();
        OpenEncoder encoder =
                OpenEncoder.open(OpenEncoder.EMBEDDED, EncoderSettings.AUTHORS, null, KnownDigests.none());
        EncoderSpec spec = encoder.encoder().describe();
        try (TokenCache cache = TokenCache.open(folder)) {
            RowTimes times = CacheOrigin.rowTimes(folder).orElseThrow();
            ExampleReader reader = new ExampleReader(
                    cache, times, () -> new ExampleReader.Opened(encoder.encoder(), Resampler.Kernel.HANN));
            Function<Annotation, Example> box = e -> new Example(e.file(), e.onset(), e.offset(), e.low(), e.high());
            Function<Annotation, Example> stretch =
                    e -> new Example(e.file(), e.onset(), e.offset(), 0, Double.POSITIVE_INFINITY);
            System.out.println("| search | recall at " + AT + " | precision at " + AT + " | band | hours a second |");
            System.out.println("|---|---|---|---|---|");
            for (double seconds : new double[] {1, 2}) {
                Path file = Path.of(args[2]).resolve("pooled-" + seconds + ".vectors");
                VectorIndexWriter.write(file, cache, times, seconds, i -> {});
                try (VectorIndex index = VectorIndex.open(file)) {
                    row(
                            String.format(Locale.ROOT, "vectors of %.0f s", seconds),
                            events,
                            e -> new MomentSearch(cache, times, reader, List.of(stretch.apply(e)), List.of(), Set.of())
                                    .pooled(index, 1000));
                    if (seconds == 1) {
                        for (int candidates : new int[] {100, 300}) {
                            row(
                                    "boxes within " + candidates + " candidates",
                                    events,
                                    e -> of(cache, times, reader, box.apply(e))
                                            .boxes(index, candidates, spec, false, 200, i -> {}));
                        }
                    }
                }
            }
            for (boolean any : new boolean[] {false, true}) {
                row(
                        "boxes everywhere" + (any ? ", `--any-band`" : ""),
                        events,
                        e -> of(cache, times, reader, box.apply(e)).boxes(spec, any, 200, i -> {}));
            }
        }
    }

    private static MomentSearch of(TokenCache cache, RowTimes times, ExampleReader reader, Example example)
            throws IOException {
        return new MomentSearch(cache, times, reader, List.of(example), List.of(), Set.of());
    }

    private static void row(String name, List<Annotation> events, Way way) throws IOException {
        double recall = 0;
        double precision = 0;
        double inBand = 0;
        int hits = 0;
        int examples = 0;
        double hours = 0;
        long nanos = 0;
        for (String call :
                events.stream().map(Annotation::label).distinct().sorted().toList()) {
            List<Annotation> own =
                    events.stream().filter(e -> e.label().equals(call)).toList();
            if (own.size() < 2) {
                continue;
            }
            for (Annotation example : own.subList(0, Math.min(EXAMPLES, own.size()))) {
                Set<Annotation> found = new HashSet<>();
                int right = 0;
                long begun = System.nanoTime();
                MomentSearch.Found ranked = way.find(example);
                nanos += System.nanoTime() - begun;
                hours += ranked.seconds() / 3600;
                for (Moment moment : apart(ranked.moments(), example.offset() - example.onset())) {
                    boolean hit = false;
                    for (Annotation other : own) {
                        if (other != example && covers(moment, other)) {
                            found.add(other);
                            hit = true;
                            inBand += overlap(moment.band().low(), moment.band().high(), other.low(), other.high());
                            hits++;
                        }
                    }
                    right += hit ? 1 : 0;
                }
                recall += (double) found.size() / Math.min(AT, own.size() - 1);
                precision += (double) right / AT;
                examples++;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.2f | %.0f |%n",
                name,
                recall / examples,
                precision / examples,
                inBand / Math.max(1, hits),
                hours / (nanos / 1e9));
    }

    /** Share of the union of two bands that both cover. */
    private static double overlap(double low, double high, double otherLow, double otherHigh) {
        double both = Math.max(0, Math.min(high, otherHigh) - Math.max(low, otherLow));
        return both / (Math.max(high, otherHigh) - Math.min(low, otherLow));
    }

    private static List<Moment> apart(List<Moment> ranked, double seconds) {
        List<Moment> kept = new ArrayList<>();
        for (Moment m : ranked) {
            if (kept.size() < AT
                    && kept.stream()
                            .noneMatch(k ->
                                    k.recording().equals(m.recording()) && Math.abs(k.start() - m.start()) < seconds)) {
                kept.add(m);
            }
        }
        return kept;
    }

    private static boolean covers(Moment m, Annotation e) {
        double common = Math.min(m.end(), e.offset()) - Math.max(m.start(), e.onset());
        return m.recording().equals(e.file()) && common >= 0.5 * Math.min(m.end() - m.start(), e.offset() - e.onset());
    }
}
