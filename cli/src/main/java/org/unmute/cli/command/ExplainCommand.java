package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmute.audio.ClipTooShortException;
import org.unmute.cli.audio.RecordingStretch;
import org.unmute.cli.audio.RecordingSurvey;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.probe.ExplainText;
import org.unmute.cli.probe.RecordingPart;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.options.ChannelOption;
import org.unmute.options.EncoderOptions;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.AudioClip;
import org.unmute.report.clip.ClipExplanation;
import org.unmute.report.clip.ClipFigures;
import org.unmute.report.clip.ContributionTable;
import org.unmute.report.clip.ExplainPage;
import org.unmute.report.clip.Explainer;
import org.unmute.report.page.Fact;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Explains the scores that a probe gave to a recording. */
@Command(
        name = "explain",
        description = {
            "Explains a trained probe's scores for one recording: which prototypes fired where, and what they add to"
                    + " each class.",
            "All terms shown, the others as one row and the bias sum to the class's logit, which is checked. Probes"
                    + " without prototypes show what each token or feature adds. --out also writes a page with figures,"
                    + " the figures as PNG and all terms as CSV."
        },
        footer = {
            "",
            "Examples:",
            "  unmute explain --probe run1/ --audio bird.wav",
            "  unmute explain --probe run1/ --audio bird.wav --class crow --class rain --top 10 --out why/",
            "  unmute explain --probe run1/ --audio night.flac --at 1:02:05-1:02:15 --out why/"
        })
final class ExplainCommand extends ComputingCommand {
    /** Seconds of a stretch without an end, of an encoder without windows. */
    private static final double WINDOW = 10;

    @Mixin
    private ProbeOption probe;

    /** How earlier versions named the probe: of several seeds it takes the first, if none is chosen. */
    @Option(names = "--run", paramLabel = "PATH", hidden = true)
    private Path run;

    @Option(names = "--run-seed", paramLabel = "N", hidden = true)
    private Long runSeed;

    @Option(
            names = "--audio",
            paramLabel = "FILE",
            required = true,
            description = "The recording: WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU.")
    private Path audio;

    @Option(
            names = "--at",
            paramLabel = "START[-END]",
            description =
                    "The stretch to explain, in seconds, m:ss or h:mm:ss, at most 60 s; without an end one window of"
                            + " the encoder. A recording of up to 60 s is explained as a whole without it.")
    private String at;

    @Option(
            names = "--class",
            paramLabel = "NAME",
            description = "A class to explain; may be repeated (default: the three with the highest scores).")
    private List<String> classes = new ArrayList<>();

    @Option(
            names = "--top",
            paramLabel = "N",
            description =
                    "Prototypes, or other terms, shown for each class: those that say most for or against it (default:"
                            + " ${DEFAULT-VALUE}).")
    private int top = 5;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write explain.html, the figures and contributions.csv here.")
    private Path out;

    @Option(
            names = "--resample",
            paramLabel = "FILTER",
            description = "How another sample rate is converted: ${COMPLETION-CANDIDATES} (default: as the run did).")
    private Resampling resampling;

    @Mixin
    private ChannelOption channels;

    @Mixin
    private EncoderOptions encoder;

    @Override
    public Integer call() throws IOException {
        begin();
        if (top < 1) {
            throw CommandException.usage("--top must be at least 1, is " + top);
        }
        int channel = channel();
        RecordingStretch stretch = at == null ? null : RecordingStretch.parse("--at", at, Explainer.MAX_SECONDS);
        record.seed(common.seed());
        SavedProbe source = saved();
        RecordingStretch.Part whole = stretch == null
                ? RecordingStretch.readWhole(
                        audio, channel, Explainer.MAX_SECONDS, "name the stretch to show, as --at 0:30-0:40", warnings)
                : null;
        openBackend();
        if (resampling == null) {
            resampling = source.resampling();
        }
        OpenEncoder loaded = opened(encoder, source, "probe");
        RecordingSurvey.of(List.of(new AudioClip(audio.toString(), audio)))
                .unheard(loaded.encoder().describe())
                .ifPresent(this::tell);
        Explainer explainer = source.explainer(loaded, resampling);
        ProbeFiles.remarkOnMissingDigest(source.probe(), this::tell);
        List<Integer> wanted;
        try {
            wanted = classes.stream().map(explainer::classIndex).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
        RecordingStretch.Part sound = whole != null
                ? whole
                : stretch.read(audio, channel, window(loaded.encoder().describe()), warnings);
        ClipExplanation clip = explained(explainer, sound, wanted);
        RecordingPart part = RecordingPart.of(source, audio);
        List<Path> written = out == null ? List.of() : write(clip, part, loaded, source);
        print(ExplainText.document(clip), o -> {
            ExplainText.print(
                    o, clip, "probe " + clip.probe() + " of " + source.probe() + ", encoder " + loaded.origin());
            o.println(part.sentence());
            if (!written.isEmpty()) {
                o.println();
                o.println(written.getFirst() + ": the page; " + (written.size() - 2)
                        + " figures and contributions.csv beside it");
            }
        });
        return status;
    }

    private SavedProbe saved() throws IOException {
        Path named = probe.orEarlier(run);
        boolean strict = run == null && runSeed == null;
        return SavedProbe.find(strict ? ProbeFiles.one(named) : named, runSeed);
    }

    private int channel() {
        ChannelChoice choice = channels.choice();
        if (choice.each()) {
            throw CommandException.usage("explain shows one sound: give --channels mix, or the number of a channel");
        }
        return choice.channel();
    }

    /** Seconds of a stretch without an end. */
    private static double window(EncoderSpec encoder) {
        double seconds = encoder.isWhole() ? WINDOW : encoder.seconds(encoder.windowSamples());
        return Math.min(seconds, Explainer.MAX_SECONDS);
    }

    private ClipExplanation explained(Explainer explainer, RecordingStretch.Part part, List<Integer> wanted) {
        try {
            return explainer.explain(part.name(audio), part.recording(), part.start(), wanted, top, out != null);
        } catch (ClipTooShortException e) {
            throw CommandException.input(audio + ": " + Failure.of(e).message(), e);
        }
    }

    private List<Path> write(ClipExplanation clip, RecordingPart part, OpenEncoder loaded, SavedProbe source)
            throws IOException {
        ClipFigures figures = ClipFigures.of(clip);
        try (OutputFolder output = claim(out)) {
            List<Path> written = write(clip, part, figures, loaded, source);
            output.finish();
            return written;
        }
    }

    private List<Path> write(
            ClipExplanation clip, RecordingPart part, ClipFigures figures, OpenEncoder loaded, SavedProbe source)
            throws IOException {
        List<Path> written = new ArrayList<>();
        written.add(out.resolve("explain.html"));
        ExplainPage.write(figures, part.sentence(), facts(clip, loaded, source), written.getFirst());
        written.add(out.resolve("contributions.csv"));
        ContributionTable.write(clip, written.getLast());
        written.addAll(figures.write(out));
        record.input(audio).input(source.probe());
        warnings.end(record);
        loaded.note(record, resampling.name())
                .result("probe", clip.probe())
                .result("recordingIs", part.name().toLowerCase(Locale.ROOT))
                .result("explained", ExplainText.document(clip))
                .result(
                        "files",
                        written.stream().map(f -> out.relativize(f).toString()).toList())
                .writeTo(out.resolve("explain.json"));
        return written;
    }

    private static List<Fact> facts(ClipExplanation clip, OpenEncoder loaded, SavedProbe source) {
        EncoderSpec model = clip.encoder();
        return List.of(
                new Fact("Encoder", model.name() + ", " + model.description()),
                new Fact("Encoder file", Path.of(loaded.origin()).getFileName().toString()),
                new Fact("Probe", clip.probe() + ", " + clip.classes().size() + " classes"),
                new Fact("Run", source.probe().toString()),
                new Fact(
                        "Tokens",
                        clip.features().tokens().time() + " x "
                                + clip.features().tokens().freq() + " (time x frequency)"),
                new Fact("Version", BuildInfo.read().line()));
    }
}
