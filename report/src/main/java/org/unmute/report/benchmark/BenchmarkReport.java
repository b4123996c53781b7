package org.unmute.report.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Name;
import org.unmute.benchmark.results.Published;
import org.unmute.benchmark.results.WinRule;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.chart.SeriesStyles;

/** The sections of the report on benchmark runs. */
public final class BenchmarkReport {
    private BenchmarkReport() {}

    /**
     * All sections.
     *
     * @param intervals over the test clips; they determine which probe of a row is marked as best
     * @param clips explained clips, placed after the score figures
     */
    public static List<Section> sections(
            ComparedRuns results, Published published, WinRule rule, ClipIntervals intervals, List<Section> clips)
            throws IOException {
        List<Section> sections = new ArrayList<>(List.of(ResultSection.of(results, published, intervals)));
        EventSection.of(results).ifPresent(sections::add);
        RetrievalSection.of(results).ifPresent(sections::add);
        WinSection.of(results, rule).ifPresent(sections::add);
        GainSection.of(results).ifPresent(sections::add);
        RankingSection.of(results).ifPresent(sections::add);
        PrototypeSection.of(results).ifPresent(sections::add);
        sections.addAll(clips);
        sections.add(ClassSection.of(results));
        sections.add(CalibrationSection.of(results));
        sections.add(LossSection.of(results));
        sections.add(SpeedSection.of(results));
        sections.add(OriginSection.of(results));
        return sections;
    }

    /** A summary of the comparison. */
    public static String summary(ComparedRuns results) {
        List<Name> encoders =
                results.settings().stream().map(Setting::encoder).distinct().toList();
        List<Name> datasets =
                results.settings().stream().map(Setting::dataset).distinct().toList();
        int[] seeds = results.entries().stream()
                .mapToInt(e -> e.cell().seeds().size())
                .sorted()
                .toArray();
        int fewest = seeds[0];
        int most = seeds[seeds.length - 1];
        int missing = results.missing().size();
        return results.columns().size() + (results.columns().size() == 1 ? " probe" : " probes")
                + " on the frozen tokens of " + titles(encoders) + "; data: "
                + titles(datasets) + "; "
                + (fewest == most ? "" : fewest + " to ") + most
                + (most == 1 ? " seed" : " seeds") + " a cell."
                + (missing == 0
                        ? ""
                        : " " + missing + " of " + results.planned() + " planned cells " + (missing == 1 ? "is" : "are")
                                + " not finished.");
    }

    /** The style of each probe by its label, the same in all figures of a report. */
    static Map<String, SeriesStyle> styles(ComparedRuns results) {
        return SeriesStyles.ofProbes(
                results.columns().stream().map(Column::label).toList());
    }

    /** Settings grouped by the metric of their data set. */
    static Map<String, List<Setting>> byMetric(ComparedRuns results, List<Setting> settings) {
        return settings.stream()
                .collect(Collectors.groupingBy(
                        s -> results.metric(s.dataset()), LinkedHashMap::new, Collectors.toList()));
    }

    /** Text as a file name or id: lower-case letters, digits and hyphens. */
    static String fileId(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replace("+", "plus")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }

    private static String titles(List<Name> names) {
        List<String> titles = names.stream().map(Name::title).toList();
        int last = titles.size() - 1;
        return last == 0
                ? titles.getFirst()
                : IntStream.range(0, last).mapToObj(titles::get).collect(Collectors.joining(", ")) + " and "
                        + titles.get(last);
    }
}
