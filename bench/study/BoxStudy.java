import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.events.strong.EventTable;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.Interval;
import org.unmute.metrics.event.BoxScores;
import org.unmute.metrics.event.SoundBox;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.models.encoder.RowTimes;

/**
 * Compares the boxes that probes find, on recordings from which nothing was learned:
 *
 * <pre>java -cp 'jars/*' BoxStudy.java TRAIN_EVENTS TEST_EVENTS CACHE "EDGE EDGE ..." NAME=SEED0,SEED1 NAME=... </pre>
 *
 * SEED0 is a folder of {@code unmute detect}. The first name is that of weak training. F1 of boxes are macro, the mean
 * over seeds. Each run after the first is also shown with the mean training band of the class in place of the band that
 * it found. The ratio is to the first run, the differences to the same events with the mean training band, all with
 * 95 % intervals of a bootstrap over recordings, drawn alike for both. The ceiling has the true boxes on the grid of
 * tokens.
 */
public final class BoxStudy {
    private static final Bootstrap BOOTSTRAP = new Bootstrap(2000, 0.95, 0);

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        EventTable train = EventTable.read(Path.of(args[0]), null);
        EventTable test = EventTable.read(Path.of(args[1]), null);
        RowTimes times = CacheOrigin.rowTimes(Path.of(args[2])).orElseThrow();
        double[] edges = Arrays.stream(args[3].split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
        Map<String, double[]> bands = meanBands(train);
        List<String> classes = List.copyOf(bands.keySet());
        List<SoundBox> truth = boxes(test, null);
        System.out.println("| events, bands | IoU 0.3 | IoU 0.5 | IoU 0.3, times the first | IoU 0.3, above mean bands"
                + " | IoU 0.5, above mean bands |");
        System.out.println("|---|--:|--:|--:|--:|--:|");
        List<BoxScores> first = null;
        for (String run : Arrays.asList(args).subList(4, args.length)) {
            String name = run.substring(0, run.indexOf('='));
            List<BoxScores> found = new ArrayList<>();
            List<BoxScores> mean = new ArrayList<>();
            for (String folder : run.substring(run.indexOf('=') + 1).split(",")) {
                EventTable table = EventTable.read(Path.of(folder), null);
                found.add(new BoxScores(classes, test.recordings(), truth, boxes(table, null)));
                mean.add(new BoxScores(classes, test.recordings(), truth, boxes(table, bands)));
            }
            first = first == null ? found : first;
            print(name + ", found", found, first, mean, test.recordings().size());
            print(
                    name + ", mean of training",
                    mean,
                    first,
                    null,
                    test.recordings().size());
        }
        List<SoundBox> grid = truth.stream().map(b -> onGrid(b, times, edges)).toList();
        print(
                "true, on the grid of tokens",
                List.of(new BoxScores(classes, test.recordings(), truth, grid)),
                null,
                null,
                0);
        print(
                "true, mean of training",
                List.of(new BoxScores(classes, test.recordings(), truth, boxes(test, bands))),
                null,
                null,
                0);
    }

    private static Map<String, double[]> meanBands(EventTable train) {
        Map<String, double[]> sums = new TreeMap<>();
        for (Annotation e : train.events()) {
            double[] sum = sums.computeIfAbsent(e.label(), _ -> new double[3]);
            sum[0] += e.low();
            sum[1] += e.high();
            sum[2]++;
        }
        sums.replaceAll((_, sum) -> new double[] {sum[0] / sum[2], sum[1] / sum[2]});
        return sums;
    }

    /** @param bands of the classes, in place of those of the table; null for those of the table */
    private static List<SoundBox> boxes(EventTable table, Map<String, double[]> bands) {
        return table.events().stream()
                .map(e -> new SoundBox(
                        new SoundEvent(e.file(), e.onset(), e.offset(), e.label()),
                        bands == null ? e.low() : bands.get(e.label())[0],
                        bands == null ? e.high() : bands.get(e.label())[1],
                        e.score()))
                .toList();
    }

    /** The rows and columns that a box covers at least by half; if there are none, the one that it covers most. */
    private static SoundBox onGrid(SoundBox b, RowTimes times, double[] edges) {
        double[] rows = new double[(int) Math.ceil(b.event().offset() / times.rowSeconds()) + 2];
        Arrays.setAll(rows, times::seconds);
        double[] time = snapped(b.event().onset(), b.event().offset(), rows);
        double[] band = snapped(b.low(), b.high(), edges);
        return new SoundBox(
                new SoundEvent(b.event().file(), time[0], time[1], b.event().label()), band[0], band[1], b.score());
    }

    private static double[] snapped(double from, double to, double[] edges) {
        double[] shares = new double[edges.length - 1];
        Arrays.setAll(shares, i -> (Math.min(to, edges[i + 1]) - Math.max(from, edges[i])) / (edges[i + 1] - edges[i]));
        int most = 0;
        for (int i = 1; i < shares.length; i++) {
            most = shares[i] > shares[most] ? i : most;
        }
        int first = most;
        while (first > 0 && shares[first - 1] >= 0.5) {
            first--;
        }
        int last = most;
        while (last < shares.length - 1 && shares[last + 1] >= 0.5) {
            last++;
        }
        return new double[] {edges[first], edges[last + 1]};
    }

    private static void print(
            String name, List<BoxScores> own, List<BoxScores> first, List<BoxScores> mean, int recordings) {
        System.out.printf("| %s | %.3f | %.3f |", name, f1(own, 0.3, null), f1(own, 0.5, null));
        double[] ratio = new double[BOOTSTRAP.resamples()];
        double[][] difference = new double[2][ratio.length];
        boolean compared = first != null && own != first;
        if (compared || mean != null) {
            BOOTSTRAP.forEachDraw(recordings, (r, draws) -> {
                ratio[r] = compared ? f1(own, 0.3, draws) / f1(first, 0.3, draws) : 0;
                for (int i = 0; i < difference.length; i++) {
                    double iou = BoxScores.IOU.get(i);
                    difference[i][r] = mean != null ? f1(own, iou, draws) - f1(mean, iou, draws) : 0;
                }
            });
        }
        System.out.print(compared ? interval(f1(own, 0.3, null) / f1(first, 0.3, null), ratio, "%.1f") : " – |");
        for (int i = 0; i < difference.length; i++) {
            double iou = BoxScores.IOU.get(i);
            System.out.print(
                    mean != null ? interval(f1(own, iou, null) - f1(mean, iou, null), difference[i], "%.3f") : " – |");
        }
        System.out.println();
    }

    private static String interval(double value, double[] resampled, String form) {
        Interval interval = Interval.of(resampled, BOOTSTRAP.level());
        return String.format(" " + form + " (" + form + " to " + form + ") |", value, interval.low(), interval.high());
    }

    private static double f1(List<BoxScores> seeds, double iou, int[] draws) {
        return seeds.stream()
                .mapToDouble(s -> s.figures(iou, draws).macro().f1())
                .average()
                .orElseThrow();
    }
}
