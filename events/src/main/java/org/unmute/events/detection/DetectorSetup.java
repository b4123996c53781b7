package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.FrameHead;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.BandFinder;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.EncoderHead;
import org.unmute.probes.score.FrameScorer;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backends;

/**
 * Encoder, probe and rules that fit each other.
 *
 * @param file     of the probe; null where the encoder's own head is in its place
 * @param sha256   of that file, or the encoder's
 * @param probe    the probe
 * @param encoder  the encoder whose tokens it was trained on
 * @param key      of those tokens
 * @param resample how recordings of another rate are converted
 * @param scorer   scores rows with the probe
 * @param wanted   the rules in seconds and names
 * @param rules    the same in rows and indices
 * @param learned  what the probe learned of thresholds, as far as it is valid for these stretches
 */
public record DetectorSetup(
        Path file,
        String sha256,
        TrainedProbe probe,
        OpenEncoder encoder,
        CacheKey key,
        Resampling resample,
        FrameScorer scorer,
        DetectionRules wanted,
        EventRules rules,
        LearnedThresholds learned) {
    /** Rules for the classes of a probe that is open by then. */
    @FunctionalInterface
    public interface RulesFor {
        /**
         * The rules.
         *
         * @throws SettingsException if they contradict each other or these classes
         * @throws InputException if a file that they are in cannot be used
         */
        DetectionRules classes(List<String> classes) throws IOException;
    }

    /**
     * Opens the probe and checks that all fits.
     *
     * @param file     a trained or packed probe's
     * @param resample as when the probe was trained
     * @param rules    how scores become events
     * @param context  how scores are made
     * @throws InputException if the probe cannot be read, or was trained on other tokens
     * @throws SettingsException if rules or context do not fit it
     */
    public static DetectorSetup of(
            Path file, OpenEncoder encoder, Resampling resample, RulesFor rules, ContextSeconds context)
            throws IOException {
        TrainedProbe probe = ProbeFiles.trainedOrPacked(file);
        EncoderSpec spec = encoder.encoder().describe();
        CacheKey key = encoder.key(resample.name(), DType.F32);
        try {
            probe.requireTokensOf(key);
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
        int layers = probe.probe().layers();
        if (layers != 0 && layers != spec.depth()) {
            throw new InputException("probe " + probe.probe().name() + " looks at " + layers
                    + " layers, the encoder has " + spec.depth() + " blocks: use the encoder it was trained on");
        }
        DetectionRules wanted = rules.classes(probe.classes()).completed(probe.eventDecisions(), spec.speed());
        LearnedThresholds learned = LearnedThresholds.of(probe, wanted, context);
        try {
            return new DetectorSetup(
                    file,
                    Sha256.of(file),
                    probe,
                    encoder,
                    key,
                    resample,
                    context.scorer(probe, spec.rowTimes(), learned.calibration()),
                    wanted,
                    wanted.rules(probe.classes(), learned.thresholds(), learned.lows(), spec),
                    learned);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    /**
     * Takes the head that comes with an encoder, for moments or for clips, in place of a probe. Where nothing is
     * stated, scores become events as its authors have it: the median filter of the head, no gaps joined, none left
     * out; a threshold of {@value DetectionRules#THRESHOLD}.
     *
     * @param opened  an encoder with a head
     * @param rules   what differs
     * @param context how scores are made; by default each frame is scored by itself
     * @throws InputException if the encoder has no head
     * @throws SettingsException if rules or context do not fit it
     */
    public static DetectorSetup ofHead(
            OpenEncoder opened, Resampling resample, RuleOptions rules, ContextSeconds context) throws IOException {
        FrameHead head = opened.encoder()
                .frameHead()
                .orElseThrow(() -> new InputException("encoder " + opened.origin()
                        + " has no head that scores classes: name a probe with --probe ('unmute probe' trains one), or"
                        + " give an encoder with a head, such as BEATs_strong_1.pt ('unmute encoders' lists them)"));
        OpenEncoder encoder = opened.withHead();
        EncoderSpec spec = encoder.encoder().describe();
        CacheKey key = encoder.key(resample.name(), DType.F32);
        TrainedProbe probe = EncoderHead.of(head.classes(), key);
        DetectionRules wanted = rules.rules(head.classes(), authors(head));
        ContextSeconds own = context.context() == null ? new ContextSeconds(0.0, context.stride()) : context;
        try {
            return new DetectorSetup(
                    null,
                    encoder.hash(),
                    probe,
                    encoder,
                    key,
                    resample,
                    own.scorer(probe, spec.rowTimes(), null),
                    wanted,
                    wanted.rules(probe.classes(), null, null, spec),
                    new LearnedThresholds(null, null, null, null, null));
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    /** The post-processing of a head's authors. */
    private static DetectionRules authors(FrameHead head) {
        DetectionRules defaults = DetectionRules.DEFAULTS;
        return new DetectionRules(
                defaults.threshold(),
                Map.of(),
                defaults.low(),
                defaults.lowShare(),
                defaults.median(),
                head.medianFrames(),
                0,
                0,
                0,
                Set.of(),
                false);
    }

    /** Finds events in recordings. */
    public RecordingDetector detector() {
        return new RecordingDetector(encoder.encoder(), scorer, rules, resample.kernel());
    }

    /** What events depend on besides the recordings. */
    public DetectionSettings settings() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("encoder", key.encoder() + " (" + key.encoderHash() + ")");
        all.put("front end", key.frontEnd());
        all.put("probe", probe.probe().name() + " (" + sha256 + ")");
        all.put("backend", Backends.current().name());
        all.put("context", scorer.context() + " rows");
        all.put("stride", scorer.stride() + " rows");
        all.putAll(wanted.settings(rules, probe.classes()));
        return new DetectionSettings(all);
    }

    /** Lines for the user: which classes are sought, and how. */
    public List<String> lines() {
        EncoderSpec spec = encoder.encoder().describe();
        double row = spec.rowTimes().rowSeconds();
        List<String> all = new ArrayList<>();
        all.add("encoder " + encoder.origin() + ": " + spec.description());
        int[] chosen = wanted.chosen(probe.classes());
        String scored = scorer.isByRow()
                ? "scores each row of " + seconds(row) + " by itself"
                : "scores " + seconds(scorer.context() * row) + " around each moment, every "
                        + seconds(scorer.stride() * row);
        all.add((file == null
                        ? "the encoder's own head: "
                        : "probe " + probe.probe().name() + " " + file + ": ")
                + (chosen.length < probe.classes().size() ? chosen.length + " of " : "")
                + Units.count(probe.classes().size(), "class") + "; " + scored);
        all.add("events: score above " + thresholds(chosen) + median(row) + ", gaps up to " + seconds(rules.maxGap())
                + " joined, at least " + seconds(rules.minDuration()) + " long"
                + (rules.topK() == 0 ? "" : ", the " + rules.topK() + " highest classes at a time"));
        all.add(
                file == null
                        ? "thresholds: as given, else " + DetectionRules.THRESHOLD
                                + ": the head comes with none; scores" + " are its own, not calibrated"
                        : learned.line(chosen, wanted, probe.classes()));
        all.add(frequencies(spec));
        if (!spec.speed().isNormal()) {
            all.add("speed: " + spec.speed() + "; seconds and Hz are those of the recordings");
        }
        if (file == null) {
            all.add("windows: of " + seconds(spec.seconds(spec.windowSamples())) + ", one every "
                    + seconds(spec.seconds(spec.input().hopSamples())) + ", each by itself; events"
                    + " are no finer than " + seconds(row));
        } else if (spec.isWhole()) {
            all.add("windows: the encoder hears recordings as a whole; here it is given " + seconds(spec.time() * row)
                    + " at a time, and tokens depend on these alone");
        } else if (probe.probe().name().equals("linear") && probe.hasCls()) {
            all.add("windows: probe linear looks at the class token, of which the encoder gives one every "
                    + seconds(spec.seconds(spec.input().hopSamples()))
                    + ": events are no finer than that; linear-mean and protobin are");
        }
        return all;
    }

    private String median(double row) {
        int frames = rules.medianFrames();
        if (frames == 1) {
            return ", no median filter (a row has " + seconds(row) + ")";
        }
        String span = frames + " rows (" + seconds(frames * row) + ")";
        int stride = scorer.stride();
        if (stride == 1) {
            return ", median over " + span;
        }
        // The rows of a stride have one score. With fewer than two strides, most rows of a window have that of its
        // middle.
        String apart = "scores " + seconds(stride * row) + " apart";
        return frames < 2 * stride
                ? ", the median over " + span + " leaves " + apart + " as they are"
                : ", median over " + span + " of " + apart;
    }

    private String thresholds(int[] chosen) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double[] high = rules.high();
        double[] low = rules.low();
        boolean hysteresis = false;
        for (int c : chosen) {
            if (high[c] < Double.POSITIVE_INFINITY) { // others are off
                least = Math.min(least, high[c]);
                most = Math.max(most, high[c]);
                hysteresis |= low[c] < high[c];
            }
        }
        if (least > most) {
            return "nothing, since all classes are off";
        }
        String text = least == most
                ? String.format(Locale.ROOT, "%.3g", least)
                : String.format(Locale.ROOT, "%.3g to %.3g by class", least, most);
        return hysteresis ? text + " once and above a lower threshold throughout" : text;
    }

    private String frequencies(EncoderSpec spec) {
        BandFinder bands = new BandFinder(probe, spec);
        Band full = bands.full();
        String all = String.format(Locale.ROOT, "%.0f to %.0f Hz", full.low(), full.high());
        if (bands.isTaught()) {
            return "frequencies: the mean band of the "
                    + Units.count(probe.boxes().boxes(), "box")
                    + " that taught the probe, of those of a class, as the scores of " + spec.freq()
                    + " bands of tokens fit them";
        }
        if (bands.isLocal()) {
            return "frequencies: the band in which the winning tokens lie, of " + spec.freq() + " from " + all;
        }
        return "frequencies: every event has the full band, " + all + ": "
                + (file == null
                        ? "the head knows time alone"
                        : spec.freq() == 1
                                ? "the encoder has one row of tokens in frequency"
                                : "probe " + probe.probe().name() + " has no prototypes");
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.3g s", value);
    }
}
