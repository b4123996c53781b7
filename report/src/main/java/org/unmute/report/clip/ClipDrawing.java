package org.unmute.report.clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.audio.Resampler;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.MelBands;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.report.clip.ClipExplanation.LocatedPart;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.report.clip.ClipFigure.Box;
import org.unmute.report.clip.ClipFigure.Height;
import org.unmute.report.clip.ClipFigure.Scale;
import org.unmute.report.clip.ClipFigures.Section;
import org.unmute.report.page.Html;
import org.unmute.report.page.Picture;

/** Draws the figures of a clip. */
final class ClipDrawing {
    private static final double FRAME_MS = 25;
    private static final double SHIFT_MS = 10;
    private static final double PREEMPHASIS = 0.97;
    private static final double DECIBELS = 10 / Math.log(10);
    /** Dynamic range in dB; lower values have the darkest colour. */
    private static final double DEEPEST = 80;

    private final ClipExplanation clip;
    private final TokenMap tokens;
    private final ClipAxes axes;

    ClipDrawing(ClipExplanation clip) {
        this.clip = clip;
        this.tokens = clip.features().tokens();
        this.axes = new ClipAxes(clip);
    }

    ClipAxes axes() {
        return axes;
    }

    List<Section> sections() {
        List<Section> all = new ArrayList<>();
        // A last row that the sound only partly fills is not padding.
        boolean padded = tokens.padding() != 0 && axes.end() > clip.seconds() + 0.05;
        String bands = clip.encoder().input().bands() == null
                ? "The recording in mel bands. (The encoder itself takes other coefficients of it.)"
                : "The recording as the encoder's mel bands see it.";
        all.add(new Section(
                "The recording",
                bands
                        + (padded
                                ? " The encoder pads it to a full window: tokens of the hatched part stand for silence."
                                : ""),
                List.of(spectrogram())));
        all.add(tokenMap());
        all.add(clsAttention());
        clip.on()
                .attention()
                .ifPresent(a -> all.add(new Section(
                        "What the probe attends to",
                        "The weight of each token in the probe, the mean of its heads or queries. The weights of a"
                                + " head sum to 1.",
                        List.of(sequential("probe-attention", "Weight of each token", "", grid(a), "weight", -1)))));
        reasons(all);
        return all;
    }

    private ClipFigure spectrogram() {
        int rate = clip.encoder().sampleRate();
        MelBands bands = axes.bands();
        FbankOptions options = new FbankOptions(
                rate,
                bands.count(),
                WindowFunction.HANNING,
                FRAME_MS,
                SHIFT_MS,
                bands.lowHz(),
                bands.highHz(),
                PREEMPHASIS);
        float[] samples = clip.recording()
                .resampled(clip.encoder().speed(), rate, Resampler.Kernel.HANN)
                .samples();
        float[] energies = new KaldiFbank(options)
                .compute(
                        samples.length < options.frameLength()
                                ? Arrays.copyOf(samples, options.frameLength())
                                : samples);
        float[] decibels = new float[energies.length];
        for (int i = 0; i < decibels.length; i++) {
            decibels[i] = (float) (DECIBELS * energies[i]);
        }
        float[][] values = ExplainedProbe.rows(decibels, bands.count());
        float[] sorted = decibels.clone();
        Arrays.sort(sorted);
        double high = sorted[(int) (0.998 * (sorted.length - 1))];
        Picture.Range range =
                Picture.Range.of(Math.max(high - DEEPEST, sorted[(int) (0.02 * (sorted.length - 1))]), high);
        double end = clip.encoder().speed().played(axes.end());
        double left = (FRAME_MS - SHIFT_MS) / 2000 / end;
        Box box = new Box(left, Math.min(1, left + values.length * SHIFT_MS / 1000 / end), 0, 1);
        return new ClipFigure(
                "spectrogram",
                "",
                "Spectrogram",
                bands.count() + " mel bands",
                "Spectrogram of the recording: time from left to right, frequency upwards",
                Picture.ofMap(values, range),
                box,
                new Scale(new Picture.Range(range.low() - high, 0, false), "dB"),
                null,
                null,
                axes.spectrogramTicks(),
                Height.TALL);
    }

    private Section tokenMap() {
        int rows = 0;
        while (rows < tokens.time() && !clip.encoder().place(rows, 0).isPadding(clip.seconds())) {
            rows++;
        }
        TokenPca pca = TokenPca.of(tokens, Math.max(1, rows));
        double[] e = pca.explained();
        String shares = String.format(
                Locale.ROOT, "%.0f, %.0f and %.0f %% of their variance", 100 * e[0], 100 * e[1], 100 * e[2]);
        ClipFigure figure = onTokens(
                "token-map",
                "",
                "Token map",
                tokens.time() + " x " + tokens.freq() + " tokens of " + tokens.dim() + " numbers (time x frequency)",
                "The tokens of the clip, coloured by their first three principal components",
                Picture.ofTokens(pca.rgb(), tokens.freq()),
                null,
                -1,
                TrainingBoxes.OfClass.NONE);
        return new Section(
                "What the encoder makes of it",
                "Tokens of like colour are alike to the encoder: red, green and blue are the three directions "
                        + "in which the clip's tokens vary most (" + shares + ").",
                List.of(figure));
    }

    private Section clsAttention() {
        float[] attention = clip.features().attention();
        String title = "What the class token looks at";
        if (attention == null) {
            return new Section(
                    title,
                    "The encoder " + clip.encoder().name()
                            + " has no class token, so there is no attention of it to show.",
                    List.of());
        }
        int count = tokens.count();
        int heads = attention.length / count;
        float[] mean = new float[count];
        for (int i = 0; i < attention.length; i++) {
            mean[i % count] += attention[i] / heads;
        }
        return new Section(
                title,
                "Attention of the class token to each token in the encoder's last block, "
                        + (heads == 1 ? "which has one head." : "mean of its " + heads + " heads."),
                List.of(sequential("cls-attention", "Attention of the class token", "", grid(mean), "attention", -1)));
    }

    private void reasons(List<Section> all) {
        List<Reason> reasons = clip.reasons();
        if (reasons.isEmpty()) {
            return;
        }
        Contributions.Kind kind = reasons.getFirst().contributions().kind();
        if (kind == Contributions.Kind.PROTOTYPES) {
            all.add(new Section(
                    "Where the prototypes fired",
                    "For each explained class the prototypes that say most for or against it: the similarity of every"
                            + " token to the prototype, one colour scale for all. The ring marks the winning token,"
                            + " whose similarity counts."
                            + (clip.boxes() == null
                                    ? ""
                                    : " The dashed box around its time is as long and as high as the boxes that taught"
                                            + " the class are, by their medians."),
                    prototypes()));
            return;
        }
        if (kind == Contributions.Kind.FEATURES) {
            return;
        }
        List<ClipFigure> maps = new ArrayList<>();
        double max = reasons.stream()
                .flatMap(r -> r.contributions().parts().stream())
                .filter(p -> p.token() >= 0)
                .mapToDouble(p -> Math.abs(p.contribution()))
                .max()
                .orElse(0);
        for (Reason r : reasons) {
            maps.add(clip.on()
                    .tokenLogits(r.classIndex())
                    .map(logits -> sequential(
                            "token-logits-" + r.classIndex(),
                            r.name(),
                            "logit of each token",
                            grid(logits),
                            "logit",
                            r.shown().getFirst().part().token()))
                    .orElseGet(() -> added(r, max)));
        }
        all.add(new Section(
                "What each token adds",
                "The explained classes, token by token. "
                        + reasons.getFirst().contributions().remark(),
                maps));
    }

    private ClipFigure added(Reason r, double max) {
        float[] added = new float[tokens.count()];
        for (Part p : r.contributions().parts()) {
            if (p.token() >= 0) {
                added[p.token()] += (float) p.contribution();
            }
        }
        Picture.Range range = Picture.Range.around0(max);
        return onTokens(
                "tokens-" + r.classIndex(),
                "",
                r.name(),
                "what each token adds to its logit",
                "What each token adds to the logit of " + r.name() + ": blue speaks against, red for the class",
                Picture.ofMap(grid(added), range),
                new Scale(range, "adds"),
                -1,
                TrainingBoxes.OfClass.NONE);
    }

    private List<ClipFigure> prototypes() {
        int[] which = clip.reasons().stream()
                .flatMap(r -> r.shown().stream())
                .mapToInt(s -> s.part().index())
                .distinct()
                .toArray();
        float[][] found = clip.on().similarities(which);
        Map<Integer, float[]> maps = new HashMap<>();
        for (int i = 0; i < which.length; i++) {
            maps.put(which[i], found[i]);
        }
        Picture.Range range = Picture.Range.full(found);
        List<ClipFigure> figures = new ArrayList<>();
        for (Reason r : clip.reasons()) {
            for (LocatedPart s : r.shown()) {
                figures.add(prototype(r, s, maps.get(s.part().index()), range));
            }
        }
        return figures;
    }

    private ClipFigure prototype(Reason r, LocatedPart s, float[] map, Picture.Range range) {
        Part p = s.part();
        String adds = (p.contribution() < 0 ? "takes " : "adds ") + Html.number(Math.abs(p.contribution()), 3);
        String alt = "Similarity of the tokens to " + p.name() + ", which " + adds + " for " + r.name()
                + (s.place() == null
                        ? ""
                        : "; the winning token lies at " + TermText.time(s) + ", frequencies: "
                                + TermText.frequency(s));
        String file = "class-" + r.classIndex() + "-" + p.name().replaceAll("[^a-z0-9]+", "-");
        String group = r.name() + ", score " + Html.number(r.score(), 3);
        return onTokens(
                file,
                group,
                p.name(),
                adds + (s.padding() ? ", at padding" : ""),
                alt,
                Picture.ofMap(grid(map), range),
                new Scale(range, "similarity"),
                p.token(),
                clip.taught(r.classIndex()));
    }

    private ClipFigure sequential(String file, String title, String detail, float[][] grid, String unit, int winner) {
        Picture.Range range = Picture.Range.full(grid);
        return onTokens(
                file,
                "",
                title,
                detail,
                title + (detail.isEmpty() ? "" : ", " + detail) + ", over time and frequency",
                Picture.ofMap(grid, range),
                new Scale(range, unit),
                winner,
                TrainingBoxes.OfClass.NONE);
    }

    /** A picture with one cell per token. */
    private ClipFigure onTokens(
            String file,
            String group,
            String title,
            String detail,
            String alt,
            Picture picture,
            Scale scale,
            int winner,
            TrainingBoxes.OfClass taught) {
        return new ClipFigure(
                file,
                group,
                title,
                detail,
                alt,
                picture,
                axes.tokenBox(),
                scale,
                winner < 0 ? null : axes.point(winner),
                winner < 0 || taught.boxes() == 0 ? null : axes.around(winner, taught),
                axes.tokenTicks(),
                axes.tokenHeight());
    }

    private float[][] grid(float[] ofTokens) {
        return ExplainedProbe.rows(ofTokens, tokens.freq());
    }
}
