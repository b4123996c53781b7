package org.unmute.report.demo;

import java.time.Instant;
import java.util.List;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Fact;

/**
 * The content of the demo page. Unknown or undefined numbers are NaN and shown as a dash.
 *
 * @param title   the heading
 * @param summary one or two sentences below the heading
 * @param facts   settings of the run: encoder, data, seeds, backend …
 * @param results one row per probe, in display order
 * @param classes average precision per class and probe
 * @param example an explained clip, or null
 * @param made    when the run ended
 */
public record DemoModel(
        String title,
        String summary,
        List<Fact> facts,
        List<ProbeResult> results,
        ClassTable classes,
        Example example,
        Instant made) {

    public DemoModel {
        facts = List.copyOf(facts);
        results = List.copyOf(results);
        if (results.isEmpty()) {
            throw new IllegalArgumentException("report: no probe result to show");
        }
    }

    /**
     * A probe's score over its seeds.
     *
     * @param probe      name of the probe
     * @param parameters trained parameters
     * @param seeds      number of seeds
     * @param map        mean over the seeds of the macro mAP, in [0, 1]
     * @param sd         standard deviation over the seeds
     * @param ciLow      lower end of the 95 % bootstrap interval
     * @param ciHigh     upper end of the 95 % bootstrap interval
     */
    public record ProbeResult(
            String probe, long parameters, int seeds, double map, double sd, double ciLow, double ciHigh) {}

    /**
     * Average precision of each class under each probe.
     *
     * @param probes column headings
     * @param rows   one per class that has positives in the test set
     * @param absent names of the classes without a positive in the test set, for which average precision is undefined
     */
    public record ClassTable(List<String> probes, List<ClassRow> rows, List<String> absent) {
        public ClassTable {
            probes = List.copyOf(probes);
            rows = List.copyOf(rows);
            absent = List.copyOf(absent);
            for (ClassRow row : rows) {
                if (row.averagePrecision().length != probes.size()) {
                    throw new IllegalArgumentException("report: class " + row.label() + " has "
                            + row.averagePrecision().length + " numbers for " + probes.size() + " probes");
                }
            }
        }
    }

    /** A class, its number of test positives, and its average precision per probe in [0, 1]. */
    public record ClassRow(String label, int positives, double[] averagePrecision) {}

    /**
     * An explained test clip.
     *
     * @param name        file or clip name
     * @param probe       the probe whose scores and prototypes are shown
     * @param samples     the waveform in [-1, 1]
     * @param sampleRate  samples per second
     * @param spectrogram the encoder's input
     * @param scores      classes to list, best first
     * @param prototypes  the winning prototypes of the predicted classes
     */
    public record Example(
            String name,
            String probe,
            float[] samples,
            int sampleRate,
            Heat spectrogram,
            List<Score> scores,
            List<PrototypeMap> prototypes) {
        public Example {
            scores = List.copyOf(scores);
            prototypes = List.copyOf(prototypes);
        }
    }

    /**
     * A map over time and frequency.
     *
     * @param values  {@code [time][freq]}, frequency ascending; rows of equal length
     * @param seconds the duration that the map covers
     * @param ticks   labels of the frequency axis
     * @param unit    the unit of the values, for the scale ("dB", "cosine")
     */
    public record Heat(float[][] values, double seconds, List<AxisTick> ticks, String unit) {
        public Heat {
            ticks = List.copyOf(ticks);
            if (values.length == 0 || values[0].length == 0) {
                throw new IllegalArgumentException("report: an empty map cannot be drawn");
            }
            for (float[] row : values) {
                if (row.length != values[0].length) {
                    throw new IllegalArgumentException(
                            "report: map rows differ in length: " + values[0].length + ", " + row.length);
                }
            }
        }
    }

    /** The score of a class for the clip, a probability in [0, 1], and whether the clip has the class as label. */
    public record Score(String label, double score, boolean present) {}

    /**
     * The similarity of each token to one prototype.
     *
     * @param label        the class that the prototype contributes to most
     * @param prototype    number of the prototype
     * @param contribution its term in the logit of the class: weight times maximum similarity
     * @param present      whether the clip is labelled with the class
     * @param similarity   cosine per token
     */
    public record PrototypeMap(String label, int prototype, double contribution, boolean present, Heat similarity) {}
}
