package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.Score;
import org.unmute.report.chart.Axis;
import org.unmute.report.chart.GroupedBars;
import org.unmute.report.chart.SeriesStyles;
import org.unmute.report.drawing.Caption;

/** What labels with times are worth: each probe trained on whole clips beside the same one on rows and on boxes. */
final class EventFigure {
    /** How a probe was trained, and where its thresholds are from. */
    private enum Training {
        CLIPS("whole clips (threshold 0.5)"),
        CLIPS_LEARNED("whole clips (learned thresholds)"),
        ROWS("rows (threshold 0.5)"),
        ROWS_LEARNED("rows (learned thresholds)"),
        BOXES("boxes (threshold 0.5)"),
        BOXES_LEARNED("boxes (learned thresholds)");

        private final String words;

        Training(String words) {
            this.words = words;
        }

        private static Training of(FinishedCell cell) {
            boolean learned = cell.events().keySet().containsAll(FinishedCell.LEARNED_METRICS);
            if (cell.ofBoxes()) {
                return learned ? BOXES_LEARNED : BOXES;
            }
            return cell.ofRows() ? learned ? ROWS_LEARNED : ROWS : learned ? CLIPS_LEARNED : CLIPS;
        }

        private boolean isOfClips() {
            return this == CLIPS || this == CLIPS_LEARNED;
        }
    }

    private EventFigure() {}

    /**
     * Figures of some event metrics, by probe; none if no cell was trained on rows or boxes.
     *
     * @param metrics  with their titles
     * @param settings that have such metrics
     */
    static List<Block.Figure> of(ComparedRuns results, Map<String, String> metrics, List<Setting> settings) {
        Map<String, Map<Training, FinishedCell>> groups = new LinkedHashMap<>();
        for (Setting s : settings) {
            add(results.entries(s), settings.size() == 1 ? "" : ", " + s.title(), groups);
        }
        if (groups.values().stream().flatMap(g -> g.keySet().stream()).allMatch(Training::isOfClips)) {
            return List.of();
        }
        List<Block.Figure> figures = new ArrayList<>();
        metrics.forEach((metric, title) -> figures.add(new Block.Figure(
                "events-" + metric.replace('_', '-') + "-by-training", chart(metric, title, groups), true)));
        return figures;
    }

    /** Groups the cells of a setting by kind of probe. Of several of one kind and training, each is alone. */
    private static void add(List<Entry> entries, String suffix, Map<String, Map<Training, FinishedCell>> groups) {
        List<Entry> strong =
                entries.stream().filter(e -> !e.cell().events().isEmpty()).toList();
        for (Entry e : strong) {
            Training training = Training.of(e.cell());
            boolean alone = strong.stream()
                            .filter(o -> o.cell().probe().equals(e.cell().probe()) && Training.of(o.cell()) == training)
                            .count()
                    > 1;
            groups.computeIfAbsent(
                            (alone ? e.column().label() : e.cell().probe()) + suffix,
                            _ -> new EnumMap<>(Training.class))
                    .put(training, e.cell());
        }
    }

    private static GroupedBars chart(String metric, String title, Map<String, Map<Training, FinishedCell>> groups) {
        List<GroupedBars.Series> series = new ArrayList<>();
        for (Training training : Training.values()) {
            List<Score> scores = groups.values().stream()
                    .map(g -> g.containsKey(training)
                            ? g.get(training).events().getOrDefault(metric, Score.of())
                            : Score.of())
                    .toList();
            if (scores.stream().anyMatch(Score::defined)) {
                series.add(new GroupedBars.Series(
                        training.words,
                        SeriesStyles.at(training.ordinal()),
                        scores.stream().mapToDouble(Score::mean).toArray(),
                        scores.stream().mapToDouble(Score::sd).toArray()));
            }
        }
        return new GroupedBars(
                new Caption(
                        title,
                        "Each probe by the labels that it was trained on: those of whole clips, rows with times, or"
                                + " boxes in time and frequency. Percent, mean over the seeds; whiskers: one standard"
                                + " deviation."),
                List.copyOf(groups.keySet()),
                Axis.percent("F1"),
                series);
    }
}
