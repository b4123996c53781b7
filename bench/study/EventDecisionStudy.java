import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleToIntFunction;
import org.unmute.data.ClipId;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.interval.Rate;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;

/**
 * Scores the thresholds of events that probes learned, on recordings that nothing was learned from:
 *
 * <pre>java -cp 'jars/*' EventDecisionStudy.java clips|events SPARSE_CACHE EVENTS_TSV BACKGROUND_CACHE PROBE...</pre>
 *
 * SPARSE_CACHE has recordings with events, EVENTS_TSV says which, BACKGROUND_CACHE has recordings without any. {@code
 * clips} takes the thresholds and the calibration of clips at stretches of 1 s, as versions before did; {@code events}
 * those of events. Prints a line for each probe, and on standard error one for each class. "Quiet" precision is that of
 * 10 events of the class an hour in the background alone; that of "sparse hours" is counted where all other classes
 * sound, too. An event is right if it overlaps one of its class. "Of the best": recall against that of the best
 * threshold on these recordings with no more alarms, once in the background alone and once in background and sparse
 * hours together.
 */
public final class EventDecisionStudy {
    /** Events of a class an hour. */
    private static final double RATE = 10;

    private static final double MAX_GAP = PostProcessing.DETECT.maxGap();

    /** A true event, with the highest filtered score during it. */
    private record Truth(double onset, double offset, float[] highest) {}

    /** Scores of one class in a recording. */
    private record Column(float[] scores, double[] times) {
        static List<Column> of(List<FrameScores> all, int c) {
            return all.stream()
                    .map(s -> {
                        float[] column = new float[s.scores().length];
                        for (int i = 0; i < column.length; i++) {
                            column[i] = s.scores()[i][c];
                        }
                        return new Column(column, s.times());
                    })
                    .toList();
        }
    }

    /** Runs above a threshold: all, and those that meet no true event. */
    private record Counted(int events, int wrong) {}

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        boolean clips = args[0].equals("clips");
        System.out.println(
                "| probe | alarms/h, mean (max) | upper bound above 1/h | precision at 10 events/h, quiet | precision,"
                        + " sparse hours | events right | recall | of the best at equal alarms in background |"
                        + " in background and sparse hours | active classes |");
        System.out.println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        try (TokenCache sparse = TokenCache.open(Path.of(args[1]));
                TokenCache quiet = TokenCache.open(Path.of(args[3]))) {
            for (String probe : Arrays.asList(args).subList(4, args.length)) {
                study(clips, probe, sparse, args, quiet);
            }
        }
    }

    private static List<FrameScores> scores(TrainedProbe probe, EventDecisions decisions, TokenCache cache, Path folder)
            throws IOException {
        CachedScores cached =
                new CachedScores(cache, CacheOrigin.rowTimes(folder).orElseThrow());
        double context = decisions == null
                ? FrameScorer.CONTEXT_SECONDS
                : decisions.stretches().context();
        double stride = decisions == null
                ? FrameScorer.STRIDE_SECONDS
                : decisions.stretches().stride();
        FrameScorer scorer = FrameScorer.of(probe, cached.times(), context, stride, null);
        List<FrameScores> all = new ArrayList<>();
        for (CachedClip clip : cache.clips()) {
            FrameScores raw =
                    cached.of(scorer, cached.seconds(List.of(clip.id()))).getFirst();
            double row = raw.times()[1] - raw.times()[0];
            all.add(PostProcessing.filtered(raw, PostProcessing.DETECT.medianFrames(row)));
        }
        return all;
    }

    private static void study(boolean clips, String file, TokenCache sparse, String[] args, TokenCache noise)
            throws IOException {
        TrainedProbe probe = TrainedProbe.open(Path.of(file));
        EventDecisions decisions = clips ? null : probe.eventDecisions();
        List<FrameScores> with = scores(probe, decisions, sparse, Path.of(args[1]));
        List<FrameScores> without = scores(probe, decisions, noise, Path.of(args[3]));
        Map<String, List<List<Truth>>> truths = truths(Path.of(args[2]), probe.classes(), with);
        double hours = hours(without);
        double sparseHours = hours(with);
        int n = probe.classes().size();
        double alarms = 0;
        double most = 0;
        int above = 0;
        double precision = 0;
        double recall = 0;
        double quietPrecision = 0;
        long right = 0;
        long events = 0;
        double active = 0;
        double bestQuiet = 0;
        double bestAll = 0;
        for (int k = 0; k < n; k++) {
            int c = k;
            double t = threshold(probe, decisions, c);
            List<Column> background = Column.of(without, c);
            List<Column> mixed = Column.of(with, c);
            Counted quiet = count(background, null, t);
            List<List<Truth>> own = truths.get(probe.classes().get(c));
            Counted loud = count(mixed, own, t);
            int all = own.stream().mapToInt(List::size).sum();
            int found = found(own, t);
            double rate = quiet.events / hours;
            alarms += rate / n;
            most = Math.max(most, rate);
            double upper = Rate.upper(quiet.events, hours, 0.95);
            above += upper > 1 ? 1 : 0;
            double p = loud.events == 0 ? 0 : 1 - (double) loud.wrong / loud.events;
            precision += p / n;
            double r = (double) found / all;
            recall += r / n;
            quietPrecision += r == 0 ? 0 : RATE * r / (RATE * r + rate) / n;
            right += loud.events - loud.wrong;
            events += loud.events;
            active += active(mixed, t) / sparseHours;
            double best = Math.max(r, best(own, level -> count(background, null, level).events, quiet.events));
            double bestOfAll = Math.max(
                    r,
                    best(
                            own,
                            level -> count(background, null, level).events + count(mixed, own, level).wrong,
                            quiet.events + loud.wrong));
            bestQuiet += best / n;
            bestAll += bestOfAll / n;
            System.err.printf(
                    "%s, %s: threshold %.4f, %d alarms in %.1f h (upper bound %.2f/h), %d of %d events right, %d of %d"
                            + " found, best at as many alarms %.2f, %.2f%s%n",
                    file,
                    probe.classes().get(c),
                    t,
                    quiet.events,
                    hours,
                    upper,
                    loud.events - loud.wrong,
                    loud.events,
                    found,
                    all,
                    best,
                    bestOfAll,
                    decisions != null && decisions.classes().get(c).isOff() ? ", off" : "");
        }
        System.out.printf(
                "| %s | %.2f (%.2f) | %d of %d | %.2f | %.2f | %d of %d (%.1f %%) | %.3f | %.2f | %.2f | %.2f |%n",
                file,
                alarms,
                most,
                above,
                n,
                quietPrecision,
                precision,
                right,
                events,
                100.0 * right / Math.max(1, events),
                recall,
                recall / bestQuiet,
                recall / bestAll,
                active);
    }

    /** On raw scores; infinite where a class is off. */
    private static double threshold(TrainedProbe probe, EventDecisions decisions, int c) {
        if (decisions == null) {
            Decisions learned = probe.decisions();
            return learned == null ? Decisions.FALLBACK : learned.threshold(c);
        }
        return decisions.classes().get(c).isOff()
                ? Double.POSITIVE_INFINITY
                : decisions.classes().get(c).threshold();
    }

    private static double hours(List<FrameScores> all) {
        return all.stream().mapToDouble(s -> s.times()[s.scores().length]).sum() / 3600;
    }

    private static Map<String, List<List<Truth>>> truths(Path table, List<String> classes, List<FrameScores> with)
            throws IOException {
        Map<String, List<Integer>> pieces = new HashMap<>();
        double[] starts = new double[with.size()];
        for (int i = 0; i < with.size(); i++) {
            String id = with.get(i).file();
            ClipId.Part part = ClipId.part(id).orElse(new ClipId.Part(id, 0, Double.POSITIVE_INFINITY));
            starts[i] = part.start();
            pieces.computeIfAbsent(name(part.file()), _ -> new ArrayList<>()).add(i);
        }
        Map<String, List<List<Truth>>> all = new HashMap<>();
        for (String name : classes) {
            List<List<Truth>> own = new ArrayList<>();
            with.forEach(_ -> own.add(new ArrayList<>()));
            all.put(name, own);
        }
        for (String line :
                Files.readAllLines(table).subList(1, Files.readAllLines(table).size())) {
            String[] cells = line.split("\t");
            double at = Double.parseDouble(cells[1]);
            int i = pieces.get(name(cells[0])).stream()
                    .filter(k -> starts[k] <= at)
                    .max((x, y) -> Double.compare(starts[x], starts[y]))
                    .orElseThrow();
            double onset = at - starts[i];
            double offset = Double.parseDouble(cells[2]) - starts[i];
            int c = classes.indexOf(cells[3]);
            float highest = 0;
            FrameScores scores = with.get(i);
            for (int f = 0; f < scores.scores().length; f++) {
                if (scores.times()[f] < offset && scores.times()[f + 1] > onset) {
                    highest = Math.max(highest, scores.scores()[f][c]);
                }
            }
            all.get(cells[3]).get(i).add(new Truth(onset, offset, new float[] {highest}));
        }
        return all;
    }

    private static String name(String file) {
        return Path.of(file).getFileName().toString();
    }

    private static int found(List<List<Truth>> own, double t) {
        return (int)
                own.stream().flatMap(List::stream).filter(e -> e.highest[0] > t).count();
    }

    private static double active(List<Column> all, double t) {
        double seconds = 0;
        for (Column s : all) {
            for (int i = 0; i < s.scores.length; i++) {
                seconds += s.scores[i] > t ? s.times[i + 1] - s.times[i] : 0;
            }
        }
        return seconds / 3600;
    }

    private static Counted count(List<Column> all, List<List<Truth>> truths, double t) {
        int events = 0;
        int wrong = 0;
        for (int f = 0; f < all.size(); f++) {
            Column s = all.get(f);
            double onset = -1;
            double offset = -1;
            for (int i = 0; i <= s.scores.length; i++) {
                boolean on = i < s.scores.length && s.scores[i] > t;
                boolean ends = onset >= 0 && (i == s.scores.length || !on && s.times[i + 1] - offset > MAX_GAP + 1e-6);
                if (on) {
                    onset = onset < 0 ? s.times[i] : onset;
                    offset = s.times[i + 1];
                } else if (ends) {
                    events++;
                    double from = onset;
                    double to = offset;
                    wrong += truths == null || truths.get(f).stream().noneMatch(e -> e.onset < to && e.offset > from)
                            ? 1
                            : 0;
                    onset = -1;
                }
            }
        }
        return new Counted(events, wrong);
    }

    /**
     * The share of the true events found at the lowest threshold that has at most this many alarms, as have all higher
     * ones.
     */
    private static double best(List<List<Truth>> own, DoubleToIntFunction alarms, int allowed) {
        double[] levels = own.stream()
                .flatMap(List::stream)
                .mapToDouble(e -> e.highest[0])
                .sorted()
                .toArray();
        int i = levels.length;
        while (i > 0 && alarms.applyAsInt(Math.nextDown((float) levels[i - 1])) <= allowed) {
            i--;
        }
        return (double) (levels.length - i) / levels.length;
    }
}
