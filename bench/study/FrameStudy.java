import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.EventTable;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.EventFigures;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SegmentBased;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;

/**
 * Compares probes that were trained on clips as a whole with probes that were trained row by row, on recordings from
 * which nothing was learned, as {@code detect} finds events by default:
 *
 * <pre>java -cp 'jars/*' FrameStudy.java CACHE EVENTS_TSV WEAK_RUN RUN...</pre>
 *
 * Every run has the same seeds. F1 are macro: of events with a collar of 0.2 s (offsets: 20 % of the length), and of
 * segments of 1 s; the mean over seeds. For each run after the first, the ratio of event F1 to that of the first run,
 * and the difference of segment F1, with 95 % intervals of a bootstrap over recordings, drawn alike for both.
 */
public final class FrameStudy {
    private static final Bootstrap BOOTSTRAP = new Bootstrap(2000, 0.95, 0);

    /** Counts of one run, {@code [seeds][recordings][classes]}: references, detections, true positives. */
    private record Counts(long[][][][] event, long[][][][] segment) {}

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        Path folder = Path.of(args[0]);
        EventTable table = EventTable.read(Path.of(args[1]), null);
        System.out.println("| run | event F1 | segment F1 | event F1, times the first | segment F1, above the first |");
        System.out.println("|---|--:|--:|--:|--:|");
        try (TokenCache cache = TokenCache.open(folder)) {
            RowTimes times = CacheOrigin.rowTimes(folder).orElseThrow();
            Counts first = null;
            for (String run : Arrays.asList(args).subList(2, args.length)) {
                Counts own = counts(Path.of(run), table, new CachedScores(cache, times));
                first = first == null ? own : first;
                print(Path.of(run).getFileName().toString(), first, own);
            }
        }
    }

    private static void print(String name, Counts first, Counts own) {
        System.out.printf("| %s | %.3f | %.3f |", name, f1(own.event, null), f1(own.segment, null));
        if (own == first) {
            System.out.println(" – | – |");
            return;
        }
        double[] ratio = new double[BOOTSTRAP.resamples()];
        double[] difference = new double[ratio.length];
        BOOTSTRAP.forEachDraw(own.event[0].length, (r, draws) -> {
            ratio[r] = f1(own.event, draws) / f1(first.event, draws);
            difference[r] = f1(own.segment, draws) - f1(first.segment, draws);
        });
        System.out.printf(
                " %s | %s |%n",
                interval(f1(own.event, null) / f1(first.event, null), ratio, "%.1f"),
                interval(f1(own.segment, null) - f1(first.segment, null), difference, "%.3f"));
    }

    private static String interval(double value, double[] resampled, String form) {
        Interval interval = Interval.of(resampled, BOOTSTRAP.level());
        return String.format(form + " (" + form + " to " + form + ")", value, interval.low(), interval.high());
    }

    /** Macro F1 over classes with references, mean over seeds. */
    private static double f1(long[][][][] counts, int[] draws) {
        double mean = 0;
        for (long[][][] seed : counts) {
            double sum = 0;
            int classes = 0;
            for (int c = 0; c < seed[0].length; c++) {
                long[] k = new long[3];
                for (int f = 0; f < seed.length; f++) {
                    for (int i = 0; i < k.length; i++) {
                        k[i] += (draws == null ? 1 : draws[f]) * seed[f][c][i];
                    }
                }
                if (k[0] > 0) {
                    classes++;
                    sum += 2.0 * k[2] / (k[0] + k[1]);
                }
            }
            mean += sum / classes / counts.length;
        }
        return mean;
    }

    private static Counts counts(Path run, EventTable table, CachedScores cached) throws IOException {
        List<Path> files = ProbeFiles.in(run);
        long[][][][] event = new long[files.size()][][][];
        long[][][][] segment = new long[files.size()][][][];
        for (int s = 0; s < event.length; s++) {
            TrainedProbe probe = TrainedProbe.open(files.get(s));
            FrameScorer scorer = ContextSeconds.DEFAULTS.scorer(probe, cached.times(), null);
            EventDecisions learned = probe.eventDecisions();
            double[] thresholds = new double[probe.classes().size()];
            Arrays.setAll(
                    thresholds,
                    c -> learned.classes().get(c).isOff()
                            ? Double.POSITIVE_INFINITY
                            : learned.classes().get(c).threshold());
            Map<String, List<SoundEvent>> truth = new HashMap<>();
            for (Annotation a : table.events()) {
                truth.computeIfAbsent(a.file(), _ -> new ArrayList<>())
                        .add(new SoundEvent(a.file(), a.onset(), a.offset(), a.label()));
            }
            List<long[][]> events = new ArrayList<>();
            List<long[][]> segments = new ArrayList<>();
            for (String file : table.recordings()) {
                // Rows of padding are no sound.
                int sound = cached.cache().find(file).orElseThrow().sound();
                Map<String, Double> seconds = Map.of(file, cached.times().seconds(sound));
                FrameScores scores = cached.of(scorer, seconds).getFirst();
                List<SoundEvent> found = PostProcessing.events(
                        scores,
                        probe.classes(),
                        PostProcessing.of(probe, cached.times().speed())
                                .rules(thresholds, cached.times().rowSeconds()));
                double end = truth.getOrDefault(file, List.of()).stream()
                        .mapToDouble(SoundEvent::offset)
                        .reduce(seconds.get(file), Math::max);
                EventReference reference =
                        new EventReference(probe.classes(), Map.of(file, end), truth.getOrDefault(file, List.of()));
                events.add(of(Collar.DCASE.compare(reference, found)));
                segments.add(of(SegmentBased.compare(reference, found, 1)));
            }
            event[s] = events.toArray(long[][][]::new);
            segment[s] = segments.toArray(long[][][]::new);
        }
        return new Counts(event, segment);
    }

    private static long[][] of(EventFigures figures) {
        return figures.classes().stream()
                .map(k -> new long[] {k.references(), k.detections(), k.truePositives()})
                .toArray(long[][]::new);
    }
}
