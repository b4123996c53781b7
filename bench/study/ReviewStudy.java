import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.unmute.data.ClipId;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.strong.CachedScores;
import org.unmute.events.strong.EventTable;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.FrameScores;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.stretch.Stretches;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;

/**
 * What verdicts teach: a probe is trained on ten calls of each class, finds events in hours that are then reviewed, and
 * is trained again on the answers, which are taken from the truth.
 *
 * <pre>java -cp 'jars/*' ReviewStudy.java CACHES DATA random|doubtful SEED</pre>
 *
 * CACHES has the token caches clips, validation (the hours that are reviewed) and test (those that are not); DATA has
 * clips.csv and sparse/PART-events.tsv. It prints a line after 0, 25, 50, 100 and 200 verdicts on each class: all verdicts
 * and how many of them are yes, precision and recall in test at the threshold that the verdicts so far would choose, and
 * the highest recall there at a precision of at least 0.8, means over the classes. An event is right if it overlaps one
 * of its class. What was judged is not asked again, by either choice.
 */
public final class ReviewStudy {
    private static final int[] VERDICTS = {0, 25, 50, 100, 200};
    private static final int CALLS = 10;
    private static final int NEGATIVES = 60;
    private static final double PRECISION = 0.8;
    /** Events that are listed of each class in an hour. */
    private static final int LISTED_PER_HOUR = 60;

    private final Path caches;
    private final Path data;
    private final String choice;
    private final long seed;
    private final List<String> classes;
    /** Onset and offset of the events of a recording and class. */
    private final Map<String, List<double[]>> truth = new HashMap<>();
    /** The same from the begin of each cached clip, by class and clip. */
    private final Map<Integer, Map<String, List<double[]>>> inClips = new HashMap<>();

    private final List<Verdict> verdicts = new ArrayList<>();

    private ReviewStudy(Path caches, Path data, String choice, long seed, List<String> classes) {
        this.caches = caches;
        this.data = data;
        this.choice = choice;
        this.seed = seed;
        this.classes = classes;
    }

    /** Hours with their scores. */
    private record Hours(TokenCache cache, RowTimes times, List<FrameScores> scores) {}

    /** A run of scores above a threshold. */
    private record Run(String clip, int label, double onset, double offset, float score) {}

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        List<String> classes = Files.readAllLines(Path.of(args[1], "clips.csv")).stream()
                .skip(1)
                .flatMap(line -> Arrays.stream(line.split(",", -1)[3].split(";")))
                .filter(label -> !label.isEmpty())
                .distinct()
                .sorted()
                .toList();
        new ReviewStudy(Path.of(args[0]), Path.of(args[1]), args[2], Long.parseLong(args[3]), classes).run();
    }

    private void run() throws IOException {
        truth("validation");
        truth("test");
        System.out.println("verdicts,yes,precision,recall,recall at precision " + PRECISION);
        try (TokenCache clips = TokenCache.open(caches.resolve("clips"));
                TokenCache reviewed = TokenCache.open(caches.resolve("validation"));
                TokenCache test = TokenCache.open(caches.resolve("test"))) {
            TokenSet calls = calls(clips);
            RowTimes times = CacheOrigin.rowTimes(caches.resolve("test")).orElseThrow();
            for (int wanted : VERDICTS) {
                if (wanted > 0) {
                    // Asked of the probe that the verdicts before taught.
                    ask(wanted);
                }
                try (TensorScope _ = new TensorScope()) {
                    TrainedProbe probe = trained(calls, reviewed, times, clips);
                    listed = runs(scores(probe, reviewed, times), wanted);
                    report(wanted, scores(probe, test, times));
                }
            }
        }
    }

    private Map<Integer, List<Run>> listed = new HashMap<>();

    private void truth(String part) throws IOException {
        List<String> lines = Files.readAllLines(data.resolve("sparse/" + part + "-events.tsv"));
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\t", -1);
            if (!cells[1].isEmpty()) {
                truth.computeIfAbsent(key(cells[0], cells[3]), k -> new ArrayList<>())
                        .add(new double[] {Double.parseDouble(cells[1]), Double.parseDouble(cells[2])});
            }
        }
    }

    private static String key(String recording, String label) {
        return Path.of(recording).getFileName() + " " + label;
    }

    /** Ten calls of each class and some clips without any. */
    private TokenSet calls(TokenCache cache) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(data.resolve("clips.csv")));
        lines.removeFirst();
        Collections.shuffle(lines, new Random(seed));
        Map<String, Integer> taken = new TreeMap<>();
        List<String> ids = new ArrayList<>();
        List<float[]> targets = new ArrayList<>();
        for (String line : lines) {
            String[] cells = line.split(",", -1);
            List<String> labels = cells[3].isEmpty() ? List.of("") : List.of(cells[3].split(";"));
            boolean needed =
                    labels.stream().allMatch(l -> taken.getOrDefault(l, 0) < (l.isEmpty() ? NEGATIVES : CALLS));
            String id = ClipId.part(cells[0], cells[1], cells[2]);
            if (needed && cache.find(id).isPresent()) {
                labels.forEach(l -> taken.merge(l, 1, Integer::sum));
                ids.add(id);
                float[] target = new float[classes.size()];
                labels.stream().filter(l -> !l.isEmpty()).forEach(l -> target[classes.indexOf(l)] = 1);
                targets.add(target);
            }
        }
        return new TokenSet(TokenSource.of(cache, ids), flat(targets), classes.size());
    }

    private static float[] flat(List<float[]> rows) {
        float[] all = new float[rows.stream().mapToInt(r -> r.length).sum()];
        int at = 0;
        for (float[] row : rows) {
            System.arraycopy(row, 0, all, at, row.length);
            at += row.length;
        }
        return all;
    }

    private TrainedProbe trained(TokenSet calls, TokenCache reviewed, RowTimes times, TokenCache clips)
            throws IOException {
        TokenSet set = calls;
        if (!verdicts.isEmpty()) {
            List<String> ids = reviewed.clips().stream().map(CachedClip::id).toList();
            List<Stretches.Stretch> stretches = new ArrayList<>();
            List<float[]> targets = new ArrayList<>();
            for (Verdict verdict : verdicts) {
                int clip = ids.indexOf(verdict.event().recording());
                int from = 0;
                int rows = reviewed.clips().get(clip).sound();
                while (from < rows - 1
                        && times.seconds(from + 1) <= verdict.event().start()) {
                    from++;
                }
                int to = from + 1;
                while (to < rows && times.seconds(to) < verdict.event().end()) {
                    to++;
                }
                stretches.add(new Stretches.Stretch(clip, from, to));
                float[] target = new float[classes.size()];
                Arrays.fill(target, Float.NaN);
                target[classes.indexOf(verdict.event().label())] = verdict.answer() == Answer.YES ? 1 : 0;
                targets.add(target);
            }
            float[] more = flat(targets);
            float[] all = Arrays.copyOf(calls.targets(), calls.targets().length + more.length);
            System.arraycopy(more, 0, all, calls.targets().length, more.length);
            set = new TokenSet(
                    TokenSource.joined(
                            List.of(calls.tokens(), new Stretches(TokenSource.of(reviewed, ids), stretches))),
                    all,
                    classes.size());
        }
        TrainingSettings settings =
                TrainingSettings.paper("protobin").withBatch(32).withEpochs(30).withSeed(seed);
        Probe probe = Probes.create(
                Backends.current(), "protobin", set.tokens().layout(), classes.size(), ProbeOptions.DEFAULTS, seed);
        return ProbeTrainer.train(probe, set, settings)
                .trained(
                        probe,
                        classes,
                        set.tokens().grid().cls(),
                        Objective.ASL,
                        clips.key().encoderHash(),
                        clips.key().frontEndHash());
    }

    private static Hours scores(TrainedProbe probe, TokenCache cache, RowTimes times) throws IOException {
        CachedScores cached = new CachedScores(cache, times);
        FrameScorer scorer =
                FrameScorer.of(probe, times, FrameScorer.CONTEXT_SECONDS, FrameScorer.STRIDE_SECONDS, null);
        List<FrameScores> all = new ArrayList<>();
        for (CachedClip clip : cache.clips()) {
            FrameScores raw =
                    cached.of(scorer, cached.seconds(List.of(clip.id()))).getFirst();
            double row = raw.times()[1] - raw.times()[0];
            all.add(thinned(PostProcessing.filtered(raw, PostProcessing.DETECT.medianFrames(row)), row));
        }
        return new Hours(cache, times, all);
    }

    /** One row of each stride, the rows of which have the same scores. */
    private static FrameScores thinned(FrameScores scores, double row) {
        int step = Math.max(1, (int) Math.round(FrameScorer.STRIDE_SECONDS / row));
        int count = Math.ceilDiv(scores.scores().length, step);
        float[][] rows = new float[count][];
        double[] times = new double[count + 1];
        for (int i = 0; i < count; i++) {
            rows[i] = scores.scores()[i * step];
            times[i] = scores.times()[i * step];
        }
        times[count] = scores.times()[scores.scores().length];
        return new FrameScores(scores.file(), times, rows);
    }

    /** The runs of each class above the threshold that lists a given number of them. */
    private Map<Integer, List<Run>> runs(Hours hours, int given) {
        Map<Integer, List<Run>> all = new HashMap<>();
        double length = hours.scores.stream()
                        .mapToDouble(s -> s.times()[s.scores().length])
                        .sum()
                / 3600;
        for (int c = 0; c < classes.size(); c++) {
            float[] levels = levels(hours, c);
            List<Run> best = List.of();
            for (int i = 0; i < levels.length; i++) {
                List<Run> now = above(hours, c, levels[i]);
                if (now.size() > LISTED_PER_HOUR * length) {
                    break;
                }
                best = now.size() >= best.size() ? now : best;
            }
            all.put(c, best);
        }
        return all;
    }

    /** Scores from the highest down at which runs begin, thinned out. */
    private static float[] levels(Hours hours, int c) {
        List<Float> peaks = new ArrayList<>();
        for (FrameScores s : hours.scores) {
            float[][] rows = s.scores();
            for (int i = 1; i + 1 < rows.length; i++) {
                if (rows[i][c] > rows[i - 1][c] && rows[i][c] >= rows[i + 1][c]) {
                    peaks.add(rows[i][c]);
                }
            }
        }
        peaks.sort(Collections.reverseOrder());
        int count = Math.min(120, peaks.size());
        float[] levels = new float[count];
        for (int i = 0; i < count; i++) {
            // Denser at the top.
            levels[i] = Math.nextDown(peaks.get((int) Math.min(peaks.size() - 1, Math.pow(i, 1.6))));
        }
        return levels;
    }

    private static List<Run> above(Hours hours, int c, float level) {
        List<Run> runs = new ArrayList<>();
        for (FrameScores s : hours.scores) {
            double onset = -1;
            double offset = -1;
            float highest = 0;
            int n = s.scores().length;
            for (int i = 0; i <= n; i++) {
                boolean on = i < n && s.scores()[i][c] > level;
                if (on) {
                    highest = onset < 0 ? s.scores()[i][c] : Math.max(highest, s.scores()[i][c]);
                    onset = onset < 0 ? s.times()[i] : onset;
                    offset = s.times()[i + 1];
                } else if (onset >= 0
                        && (i == n || s.times()[i + 1] - offset > PostProcessing.DETECT.maxGap() + 1e-6)) {
                    runs.add(new Run(s.file(), c, onset, offset, highest));
                    onset = -1;
                }
            }
        }
        return runs;
    }

    private List<double[]> truth(String clip, int label) {
        return inClips.computeIfAbsent(label, l -> new HashMap<>()).computeIfAbsent(clip, id -> {
            ClipId.Part part = ClipId.part(id).orElse(new ClipId.Part(id, 0, Double.POSITIVE_INFINITY));
            return truth.getOrDefault(key(part.file(), classes.get(label)), List.of()).stream()
                    .map(e -> new double[] {e[0] - part.start(), e[1] - part.start()})
                    .filter(e -> e[1] > 0 && e[0] < part.end() - part.start())
                    .toList();
        });
    }

    private boolean isTrue(String clip, int label, double onset, double offset) {
        return truth(clip, label).stream().anyMatch(e -> e[0] < offset && e[1] > onset);
    }

    /** Asks until so many verdicts are given on each class. */
    private void ask(int wanted) {
        List<Annotation> events = new ArrayList<>();
        listed.values()
                .forEach(runs -> runs.forEach(r -> events.add(new Annotation(
                        r.clip, r.onset, r.offset, classes.get(r.label), Double.NaN, Double.NaN, r.score, 1))));
        ListedEvents list = ListedEvents.of(
                new EventTable(
                        "hours",
                        events.stream().map(Annotation::file).distinct().toList(),
                        events),
                Double.NaN);
        ReviewQueue queue = new ReviewQueue(list, new ReviewQueue.Plan(wanted, 0, 10, Map.of()));
        for (String label : list.labels()) {
            int c = classes.indexOf(label);
            while (of(label).size() < wanted) {
                List<Verdict> known = of(label);
                ReviewedEvent event = queue.next(kind(), label, e -> isOpen(e, known), log(known))
                        .map(ReviewQueue.Question::event)
                        .orElse(null);
                if (event == null) {
                    break;
                }
                boolean yes = isTrue(event.recording(), c, event.start(), event.end());
                // How an event was drawn matters to estimates, and the study makes none.
                Draw draw = Draw.notRandom(Draw.Kind.DOUBTFUL, list.floor(), list.digest());
                verdicts.add(new Verdict(event, yes ? Answer.YES : Answer.NO, "", null, draw, 1, Instant.EPOCH));
            }
        }
    }

    private List<Verdict> of(String label) {
        return verdicts.stream().filter(v -> v.event().label().equals(label)).toList();
    }

    private static VerdictLog log(List<Verdict> verdicts) {
        Map<Long, Verdict> numbered = new LinkedHashMap<>();
        verdicts.forEach(v -> numbered.put(numbered.size() + 1L, v));
        return new VerdictLog(numbered, 0);
    }

    /** Whether no verdict is on a call that overlaps an event, as probes before listed it. */
    private static boolean isOpen(ReviewedEvent event, List<Verdict> known) {
        return known.stream()
                .map(Verdict::event)
                .noneMatch(e ->
                        e.recording().equals(event.recording()) && e.start() < event.end() && event.start() < e.end());
    }

    private ReviewQueue.Choice kind() {
        return choice.equals("random") ? ReviewQueue.Choice.SAMPLE : ReviewQueue.Choice.DOUBTFUL;
    }

    /** The threshold with the best F1 on the listed events with verdicts; 0.5 without both answers. */
    private double threshold(int c) {
        List<double[]> known = new ArrayList<>();
        for (Run run : listed.getOrDefault(c, List.of())) {
            verdicts.stream()
                    .filter(v -> v.event().label().equals(classes.get(c))
                            && v.event().recording().equals(run.clip)
                            && v.event().start() < run.offset
                            && run.onset < v.event().end())
                    .findFirst()
                    .ifPresent(v -> known.add(new double[] {run.score, v.answer() == Answer.YES ? 1 : 0}));
        }
        long yes = known.stream().filter(k -> k[1] == 1).count();
        if (yes == 0 || yes == known.size()) {
            return 0.5;
        }
        known.sort((a, b) -> Double.compare(b[0], a[0]));
        double best = 0;
        double threshold = 0.5;
        double found = 0;
        for (int i = 0; i < known.size(); i++) {
            found += known.get(i)[1];
            double f1 = 2 * found / (i + 1 + yes);
            if (f1 > best) {
                best = f1;
                threshold = i + 1 < known.size() ? (known.get(i)[0] + known.get(i + 1)[0]) / 2 : known.get(i)[0] - 1e-6;
            }
        }
        return threshold;
    }

    private void report(int given, Hours test) {
        double precision = 0;
        double recall = 0;
        double wanted = 0;
        int n = classes.size();
        for (int c = 0; c < n; c++) {
            double[] at = figures(test, c, (float) threshold(c));
            precision += at[0] / n;
            recall += at[1] / n;
            double best = 0;
            for (float level : levels(test, c)) {
                double[] here = figures(test, c, level);
                best = here[0] >= PRECISION ? Math.max(best, here[1]) : best;
            }
            wanted += best / n;
        }
        long yes = verdicts.stream().filter(v -> v.answer() == Answer.YES).count();
        System.out.printf("%d,%d,%.4f,%.4f,%.4f%n", given, yes, precision, recall, wanted);
        System.out.flush();
    }

    /** Precision and recall above a threshold. */
    private double[] figures(Hours hours, int c, float level) {
        List<Run> runs = above(hours, c, level);
        long right =
                runs.stream().filter(r -> isTrue(r.clip, c, r.onset, r.offset)).count();
        int all = 0;
        int found = 0;
        Map<String, List<Run>> byClip = new HashMap<>();
        runs.forEach(r -> byClip.computeIfAbsent(r.clip, k -> new ArrayList<>()).add(r));
        for (FrameScores s : hours.scores) {
            List<Run> here = byClip.getOrDefault(s.file(), List.of());
            for (double[] e : truth(s.file(), c)) {
                all++;
                found += here.stream().anyMatch(r -> r.onset < e[1] && r.offset > e[0]) ? 1 : 0;
            }
        }
        return new double[] {runs.isEmpty() ? 0 : (double) right / runs.size(), all == 0 ? 0 : (double) found / all};
    }
}
