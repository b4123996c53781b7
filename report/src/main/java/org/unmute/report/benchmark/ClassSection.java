package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.unmute.experiments.results.ClassAverage;
import org.unmute.experiments.results.Entry;
import org.unmute.experiments.results.Results;
import org.unmute.experiments.results.Results.Setting;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.ClassBars;
import org.unmute.report.chart.NumberText;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;

/** Average precision per class, with the number of test clips that have the class. */
final class ClassSection {
    /** Maximum number of classes in a table of the page; the CSV file has all. */
    private static final int MAX_ROWS = 100;

    private static final int MAX_BARS = 20;

    private final Results results;

    private ClassSection(Results results) {
        this.results = results;
    }

    static Section of(Results results) {
        ClassSection section = new ClassSection(results);
        List<Setting> settings = results.settings();
        List<Block> blocks = new ArrayList<>();
        for (Setting s : settings) {
            blocks.add(new Block.Collapsible(
                    s.title(),
                    s.equals(settings.getFirst()),
                    List.of(section.figure(s), new Block.DataTable(section.table(s)))));
        }
        return new Section("classes", "Average precision per class", blocks);
    }

    /** Protobin if it is among the entries, else the best probe. */
    private static Entry drawn(List<Entry> entries) {
        return entries.stream()
                .filter(e -> e.column().label().equals("protobin"))
                .findFirst()
                .orElseGet(() -> entries.stream()
                        .max(Comparator.comparingDouble(e -> e.cell().test().mean()))
                        .orElseThrow());
    }

    private Block.Figure figure(Setting s) {
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
                "classes-" + FileIds.of(s.key()),
                new ClassBars(
                        new Caption(
                                "Average precision of " + main.column().label() + ", " + s.title(),
                                "Mean over the seeds, whiskers: one standard deviation; at the right the test clips"
                                        + " that have the class."
                                        + (linear.isPresent() ? " The mark is linear." : "") + shown),
                        Axis.percent("average precision").reaching(0, 1),
                        ColumnStyles.of(results).get(main.column()),
                        "positives",
                        linear.isPresent() ? "linear" : "",
                        bars,
                        MAX_BARS,
                        MAX_BARS),
                true);
    }

    private Table table(Setting s) {
        List<Entry> entries = results.entries(s);
        List<ClassAverage> classes = entries.getFirst().detail().classes();
        List<String> headings = new ArrayList<>(List.of("Class", "positives"));
        entries.forEach(e -> headings.add(e.column().label()));
        List<Integer> order = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            order.add(c);
        }
        order.sort(Comparator.comparingLong(c -> -classes.get(c).positives()));
        List<TableRow> rows = new ArrayList<>();
        for (int c : order.subList(0, Math.min(MAX_ROWS, order.size()))) {
            double[] means = entries.stream()
                    .mapToDouble(e -> e.detail().classes().get(c).ap().mean())
                    .toArray();
            List<TableCell> cells = new ArrayList<>(
                    List.of(TableCell.of(NumberText.count(classes.get(c).positives()))));
            cells.addAll(CellFormat.best(
                    entries.stream()
                            .map(e -> TableCell.of(CellFormat.percent(
                                    e.detail().classes().get(c).ap().mean())))
                            .toList(),
                    means,
                    true));
            rows.add(TableRow.of("", classes.get(c).name(), cells));
        }
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of("class", "positives", "probe", "ap", "sd", "seeds"));
        for (Entry e : entries) {
            for (ClassAverage c : e.detail().classes()) {
                csv.add(List.of(
                        c.name(),
                        "" + c.positives(),
                        e.column().label(),
                        CellFormat.full(c.ap().mean()),
                        CellFormat.full(c.ap().sd()),
                        "" + c.ap().seeds()));
            }
        }
        String max = order.size() > MAX_ROWS
                ? " The " + MAX_ROWS + " classes with most positives of " + order.size() + "; the CSV file has all."
                : "";
        String absent = classes.stream().anyMatch(c -> c.positives() == 0)
                ? " Classes without positives have no average precision and are in no mean."
                : "";
        return new Table(
                "classes-" + FileIds.of(s.key()),
                "Average precision per class, " + s.title(),
                "Percent, mean over the seeds; positives are the test clips that" + " have the class." + absent + max,
                headings,
                rows,
                csv);
    }
}
