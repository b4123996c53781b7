package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.benchmark.results.ClassAverage;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.Score;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.ClassBars;
import org.unmute.report.chart.NumberText;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;

/** Average precision per class, with the number of test clips that have the class. */
final class ClassSection {
    /** Maximum number of classes in a table of the page; the CSV file contains all of them. */
    private static final int MAX_ROWS = 100;

    private static final int MAX_BARS = 20;

    private ClassSection() {}

    static Section of(ComparedRuns results) {
        List<Setting> settings = results.settings();
        List<Block> blocks = new ArrayList<>();
        for (Setting s : settings) {
            blocks.add(new Block.Collapsible(
                    s.title(),
                    s.equals(settings.getFirst()),
                    List.of(figure(results, s), new Block.DataTable(table(results.entries(s), s)))));
        }
        return new Section("classes", "Average precision per class", blocks);
    }

    /** The entry of protobin if there is one, else that of the best probe. */
    private static Entry drawn(List<Entry> entries) {
        return entries.stream()
                .filter(e -> e.column().label().equals("protobin"))
                .findFirst()
                .orElseGet(() -> entries.stream()
                        .max(Comparator.comparingDouble(e -> e.cell().test().mean()))
                        .orElseThrow());
    }

    private static Block.Figure figure(ComparedRuns results, Setting s) {
        List<Entry> entries = results.entries(s);
        Entry main = drawn(entries);
        Optional<Entry> linear = entries.stream()
                .filter(e -> e.column().label().equals("linear") && !e.equals(main))
                .findFirst();
        List<ClassBars.Bar> bars = new ArrayList<>();
        for (int c = 0; c < main.detail().classes().size(); c++) {
            ClassAverage average = main.detail().classes().get(c);
            int at = c;
            bars.add(new ClassBars.Bar(
                    average.name(),
                    average.ap().mean(),
                    average.ap().sd(),
                    NumberText.count(average.positives()),
                    linear.map(l -> l.detail().classes().get(at).ap().mean()).orElse(Double.NaN)));
        }
        String shown = bars.size() > 2 * MAX_BARS
                ? " Of " + bars.size() + " classes the " + MAX_BARS + " highest and lowest."
                : "";
        return new Block.Figure(
                "classes-" + BenchmarkReport.fileId(s.key()),
                new ClassBars(
                        new Caption(
                                "Average precision of " + main.column().label() + ", " + s.title(),
                                "Mean over the seeds, whiskers: one standard deviation; at the right the test clips"
                                        + " that have the class."
                                        + (linear.isPresent() ? " The mark is linear." : "") + shown),
                        Axis.percent("average precision").reaching(0, 1),
                        BenchmarkReport.styles(results).get(main.column().label()),
                        "positives",
                        linear.isPresent() ? "linear" : "",
                        bars,
                        MAX_BARS,
                        MAX_BARS),
                true);
    }

    private static Table table(List<Entry> entries, Setting s) {
        List<ClassAverage> classes = entries.getFirst().detail().classes();
        TableBuilder table = new TableBuilder(
                Stream.concat(
                                Stream.of("Class", "positives"),
                                entries.stream().map(e -> e.column().label()))
                        .toList(),
                "class",
                "positives",
                "probe",
                "ap",
                "sd",
                "seeds");
        List<Integer> order = IntStream.range(0, classes.size())
                .boxed()
                .sorted(Comparator.comparingLong(c -> -classes.get(c).positives()))
                .toList();
        for (int c : order.subList(0, Math.min(MAX_ROWS, order.size()))) {
            double[] means = entries.stream()
                    .mapToDouble(e -> e.detail().classes().get(c).ap().mean())
                    .toArray();
            List<TableCell> cells = new ArrayList<>();
            cells.add(TableCell.of(NumberText.count(classes.get(c).positives())));
            cells.addAll(CellFormat.percents(means));
            table.row("", classes.get(c).name(), cells);
        }
        for (Entry e : entries) {
            for (ClassAverage c : e.detail().classes()) {
                Score ap = c.ap();
                table.csv(c.name(), c.positives(), e.column().label(), ap.mean(), ap.sd(), ap.seeds());
            }
        }
        String max = order.size() > MAX_ROWS
                ? " The " + MAX_ROWS + " classes with most positives of " + order.size() + "; the CSV file has all."
                : "";
        String absent = classes.stream().anyMatch(c -> c.positives() == 0)
                ? " Classes without positives have no average precision and are in no mean."
                : "";
        return table.table(
                "classes-" + BenchmarkReport.fileId(s.key()),
                "Average precision per class, " + s.title(),
                "Percent, mean over the seeds; positives are the test clips that have the class." + absent + max);
    }
}
