package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.unmute.report.drawing.Caption;

/** Charts of all kinds: ordinary, crowded, with gaps, with a single number and with none; from a fixed seed. */
public final class Charts {
    public static final List<String> PROBES =
            List.of(("linear linear-mean mlp linearc-clsmean linearc-freqconcat conv linpre mhca ep simpool abmilp "
                            + "abmilp-sa proto protofloat protobin cgp")
                    .split(" "));
    private static final double GAP = Double.NaN;
    private static final Map<String, SeriesStyle> LOOKS = SeriesStyles.ofProbes(PROBES);
    private final Random random = new Random(20260101);
    private final Map<String, Chart> charts = new LinkedHashMap<>();

    private Charts() {}

    /** All charts by name. */
    static Map<String, Chart> all() {
        Charts made = new Charts();
        made.matrices();
        made.bars();
        made.lines();
        made.classes();
        made.calibrations();
        return made.charts;
    }

    private double[] numbers(int n, double low, double high) {
        return IntStream.range(0, n)
                .mapToDouble(i -> low + (high - low) * random.nextDouble())
                .toArray();
    }

    private double[] withGaps(double[] values) {
        IntStream.range(0, values.length)
                .filter(i -> random.nextInt(5) == 0)
                .forEach(i -> values[i] = random.nextBoolean() ? GAP : 1 / 0.0);
        return values;
    }

    static List<String> named(String prefix, int n) {
        return IntStream.range(0, n).mapToObj(i -> prefix + i).toList();
    }

    private void matrices() {
        for (int n : new int[] {0, 1, 4, PROBES.size()}) {
            int[][] wins = new int[n][n];
            int[][] contests = new int[n][n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    contests[i][j] = contests[j][i] = n == 4 ? i : 14;
                    wins[i][j] = random.nextInt(contests[i][j] + 1);
                    wins[j][i] = random.nextInt(contests[i][j] - wins[i][j] + 1);
                }
            }
            charts.put(
                    "win-" + n,
                    new WinMatrix(
                            new Caption("Win matrix", "Rows beat columns."), PROBES.subList(0, n), wins, contests));
        }
    }

    private void bars() {
        for (int groups : new int[] {0, 1, 3, 14}) {
            for (int series : new int[] {0, 1, 15}) {
                List<GroupedBars.Series> all = new ArrayList<>();
                for (String probe : PROBES.subList(0, series)) {
                    double[] errors = series == 1 ? null : numbers(groups, 0, 0.02);
                    all.add(new GroupedBars.Series(
                            probe, LOOKS.get(probe), withGaps(numbers(groups, -0.05, 0.2)), errors));
                }
                charts.put(
                        "bars-" + groups + "-" + series,
                        new GroupedBars(
                                Caption.of("Gain over linear"),
                                named(groups == 3 ? "A data set with a long name " : "set", groups),
                                Axis.points("gain"),
                                all));
            }
        }
    }

    private void lines() {
        for (int n : new int[] {0, 1, 2, 30, 200}) {
            double[] x = IntStream.range(0, n).mapToDouble(i -> i + 1).toArray();
            charts.put(
                    "lines-" + n,
                    new LineChart(
                            Caption.of("Loss"),
                            Axis.linear("epoch"),
                            Axis.linear("loss"),
                            List.of(
                                    new LineChart.Curve("linear", LOOKS.get("linear"), x, numbers(n, 0.1, 2), null),
                                    new LineChart.Curve(
                                            "protobin",
                                            LOOKS.get("protobin"),
                                            x,
                                            withGaps(numbers(n, 0.1, 2)),
                                            numbers(n, 0, 0.3)))));
            charts.put(
                    "log-lines-" + n,
                    new LineChart(
                            Caption.of("Effect of J"),
                            Axis.logarithmic("J"),
                            Axis.logarithmic("loss"),
                            List.of(new LineChart.Curve(
                                    "", SeriesStyles.at(9), x, numbers(n, -0.1, 2), numbers(n, 0, 3)))));
        }
        charts.put("no-lines", new LineChart(Caption.of("Loss"), Axis.linear("epoch"), Axis.linear("loss"), List.of()));
    }

    private void classes() {
        for (int n : new int[] {0, 1, 10, 527}) {
            List<ClassBars.Bar> bars = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                bars.add(new ClassBars.Bar(
                        i == 2 ? "Electric shaver, electric toothbrush and other small appliances" : "class " + i,
                        i == 5 ? GAP : random.nextDouble(),
                        i % 2 == 0 ? 0.05 : GAP,
                        Integer.toString(random.nextInt(20000)),
                        random.nextDouble()));
            }
            charts.put("classes-" + n, classBars(bars, 15, 10));
            charts.put("all-classes-" + n, classBars(bars, Math.max(1, n), 0));
        }
    }

    private static ClassBars classBars(List<ClassBars.Bar> bars, int top, int bottom) {
        return new ClassBars(
                Caption.of("Average precision per class"),
                Axis.percent("average precision").reaching(0, 1),
                LOOKS.get("protobin"),
                "positives",
                "linear",
                bars,
                top,
                bottom);
    }

    private void calibrations() {
        for (int n : new int[] {0, 1, 15}) {
            List<ReliabilityDiagram.Bin> bins = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                double middle = (i + 0.5) / n;
                bins.add(
                        i == 4
                                ? new ReliabilityDiagram.Bin((double) i / n, (i + 1.0) / n, GAP, GAP, 0)
                                : new ReliabilityDiagram.Bin(
                                        (double) i / n,
                                        (i + 1.0) / n,
                                        middle,
                                        middle * middle,
                                        1 + (long) (1e5 * Math.exp(-i))));
            }
            charts.put(
                    "calibration-" + n,
                    new ReliabilityDiagram(
                            new Caption("Calibration", "protobin, test clips"), LOOKS.get("protobin"), bins, 0.04));
        }
    }
}
