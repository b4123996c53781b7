package org.unmute.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Recording;
import org.unmute.cli.score.Scoring;
import org.unmute.cli.score.SeedScores;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.report.clip.ExplainedProbe;
import org.unmute.report.demo.DemoModel;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Fact;

/**
 * Builds the model of the demo's page: the table, the classes, and one clip explained by its prototypes.
 *
 * @param encoder    the frozen encoder
 * @param tested     the test clips
 * @param maps       tokens of the test clips
 * @param recordings folder of the recordings
 * @param results    results of each probe, by its name
 * @param backend    the reason for the choice of backend
 */
public record DemoReport(
        OpenEncoder encoder,
        Manifest tested,
        List<TokenMap> maps,
        Path recordings,
        Map<String, Result> results,
        String backend) {
    private static final String MAP = "mAP_macro_skip";
    private static final double MEL_BREAK = 700;
    private static final double LOW_HZ = 20;
    private static final int[] SPECTROGRAM_TICKS = {200, 500, 1000, 2000, 4000, 8000};
    private static final int[] MAP_TICKS = {500, 2000, 8000};
    /** Maximum number of classes listed for the clip, and of those drawn with a prototype. */
    private static final int LISTED = 6;

    private static final int DRAWN = 4;

    /**
     * The results of one probe.
     *
     * @param first the probe trained with the first seed
     * @param scores its scores, {@code [test clips][classes]}
     * @param scoring metrics over all seeds
     */
    public record Result(TrainedProbe first, float[][] scores, Scoring scoring) {
        /** The row of the table of probes. */
        public DemoModel.ProbeResult row(String name, int seeds) {
            SeedScores.Value map = scoring.value(MAP);
            return new DemoModel.ProbeResult(
                    name, first.probe().parameterCount(), seeds, map.mean(), map.sd(), map.low(), map.high());
        }
    }

    /** The model of the page. */
    public DemoModel model(int trainClips, int seeds) throws IOException {
        EncoderSpec spec = spec();
        List<Fact> facts = List.of(
                new Fact("Encoder", spec.description() + " (" + encoder.origin() + ", frozen)"),
                new Fact("Front end", spec.frontEnd()),
                new Fact("Token map", spec.time() + " x " + spec.freq() + " tokens of " + spec.dim()),
                new Fact(
                        "Data",
                        trainClips + " training and " + tested.clips().size()
                                + " test clips, synthesized, one to three classes each"),
                new Fact("Training", "AdamW, cosine, asymmetric loss, tokens standardized, " + seeds + " seeds"),
                new Fact("Backend", backend),
                new Fact("Version", BuildInfo.read().line()));
        List<DemoModel.ProbeResult> rows = new ArrayList<>();
        results.forEach((name, r) -> rows.add(r.row(name, seeds)));
        return new DemoModel(
                "Unmute demo: probing frozen patch tokens",
                "Synthetic polyphonic recordings of ten classes, embedded by a small frozen encoder. Each probe sees"
                        + " the same tokens; the table shows the macro mean average precision on test clips with sounds"
                        + " that no training clip has.",
                facts,
                rows,
                classes(),
                example(),
                Instant.now());
    }

    private EncoderSpec spec() {
        return encoder.encoder().describe();
    }

    private DemoModel.ClassTable classes() {
        List<String> names = List.copyOf(results.keySet());
        Scoring any = results.values().iterator().next().scoring();
        int[] positives = any.positives();
        List<DemoModel.ClassRow> rows = new ArrayList<>();
        for (int c = 0; c < positives.length; c++) {
            if (positives[c] > 0) {
                int column = c;
                rows.add(new DemoModel.ClassRow(
                        tested.labels().names().get(c),
                        positives[c],
                        results.values().stream()
                                .mapToDouble(r -> r.scoring().averagePrecision()[column])
                                .toArray()));
            }
        }
        return new DemoModel.ClassTable(names, rows, any.absentClasses());
    }

    private DemoModel.Example example() throws IOException {
        Result protobin = results.get("protobin");
        int clip = choose(protobin.scores());
        LabelledClip labelled = tested.clips().get(clip);
        Recording recording = AudioFiles.read(recordings.resolve(labelled.file()));
        double seconds = spec().windowSamples() / (double) spec().sampleRate();
        float[] scores = protobin.scores()[clip];
        List<Integer> order = order(scores);
        List<DemoModel.Score> listed = new ArrayList<>();
        for (int c : order.subList(0, Math.min(LISTED, order.size()))) {
            String name = tested.labels().names().get(c);
            listed.add(new DemoModel.Score(name, scores[c], labelled.labels().contains(name)));
        }
        return new DemoModel.Example(
                labelled.file(),
                "protobin",
                recording.samples(),
                recording.sampleRate(),
                spectrogram(recording, seconds),
                listed,
                prototypes(protobin.first(), maps.get(clip), order, scores, labelled, seconds));
    }

    /**
     * Chooses the clip whose labels protobin separates from the other classes with the largest margin, preferably a
     * clip with several labels.
     */
    private int choose(float[][] scores) {
        boolean[][] truth = tested.multiHot();
        int best = 0;
        double bestMargin = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            int labels = tested.clips().get(i).labels().size();
            double lowestTrue = Double.POSITIVE_INFINITY;
            double highestFalse = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < truth[i].length; c++) {
                if (truth[i][c]) {
                    lowestTrue = Math.min(lowestTrue, scores[i][c]);
                } else {
                    highestFalse = Math.max(highestFalse, scores[i][c]);
                }
            }
            double margin = lowestTrue - highestFalse + (labels >= 2 ? 1 : 0);
            if (labels > 0 && margin > bestMargin) {
                bestMargin = margin;
                best = i;
            }
        }
        return best;
    }

    private static List<Integer> order(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -scores[c]))
                .toList();
    }

    private DemoModel.Heat spectrogram(Recording recording, double seconds) {
        int length = Math.min(recording.samples().length, spec().windowSamples());
        float[] samples = Arrays.copyOf(recording.samples(), length);
        Spectrogram s = encoder.encoder().network().frontEnd().apply(samples);
        return new DemoModel.Heat(rows(s.values(), s.frames()), seconds, ticks(SPECTROGRAM_TICKS), "log energy");
    }

    private static float[][] rows(float[] flat, int count) {
        int width = flat.length / count;
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return rows;
    }

    /** Ticks on the mel axis from 20 Hz to half the sample rate. */
    private List<AxisTick> ticks(int[] frequencies) {
        double low = mel(LOW_HZ);
        double high = mel(spec().sampleRate() / 2.0);
        List<AxisTick> ticks = new ArrayList<>();
        for (int hz : frequencies) {
            ticks.add(new AxisTick((mel(hz) - low) / (high - low), hz < 1000 ? hz + " Hz" : hz / 1000 + " kHz"));
        }
        return ticks;
    }

    private static double mel(double hz) {
        return 1127 * Math.log(1 + hz / MEL_BREAK);
    }

    /** For each class with a high score, the prototype that contributes most to the class's logit in this clip. */
    private List<DemoModel.PrototypeMap> prototypes(
            TrainedProbe trained,
            TokenMap map,
            List<Integer> order,
            float[] scores,
            LabelledClip clip,
            double seconds) {
        ExplainedProbe.OnClip onClip = ExplainedProbe.of(trained).on(new Features(map));
        List<DemoModel.PrototypeMap> drawn = new ArrayList<>();
        for (int c : order.subList(0, Math.min(DRAWN, order.size()))) {
            String name = tested.labels().names().get(c);
            boolean present = clip.labels().contains(name);
            if (!present && scores[c] < 0.5) {
                continue;
            }
            Contributions.Part best = onClip.contributions(c).orElseThrow().parts().stream()
                    .filter(p -> !p.isChannel())
                    .max(Comparator.comparingDouble(Contributions.Part::contribution))
                    .orElseThrow();
            float[] similarity = onClip.similarities(new int[] {best.index()})[0];
            DemoModel.Heat heat = new DemoModel.Heat(rows(similarity, map.time()), seconds, ticks(MAP_TICKS), "cosine");
            drawn.add(new DemoModel.PrototypeMap(name, best.index(), best.contribution(), present, heat));
        }
        return drawn;
    }
}
