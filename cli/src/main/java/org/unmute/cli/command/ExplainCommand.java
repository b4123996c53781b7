package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.audio.ClipTooShortException;
import org.unmute.cli.audio.RecordingStretch;
import org.unmute.cli.audio.RecordingSurvey;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.explain.ExplainFolder;
import org.unmute.cli.explain.ExplainedClasses;
import org.unmute.cli.explain.ExplainedSound;
import org.unmute.cli.explain.ProbeToExplain;
import org.unmute.cli.probe.ExplainText;
import org.unmute.cli.probe.RecordingPart;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.options.ChannelOption;
import org.unmute.options.EncoderOptions;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.probes.cache.AudioClip;
import org.unmute.report.clip.ClipExplanation;
import org.unmute.report.clip.ClipFigures;
import org.unmute.report.clip.Explainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Explains the scores that a probe gave to a recording. */
@MainOptions("--probe --audio --at --class --top --out --encoder --device")
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
    @Mixin
    private ProbeToExplain probe;

    @Mixin
    private ExplainedSound sound;

    @Mixin
    private ExplainedClasses classes;

    @OutputPath(OutputPath.Kind.FOLDER)
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
        classes.requireValid();
        int channel = channel();
        sound.requireValid();
        record.seed(common.seed());
        SavedProbe source = probe.find();
        RecordingStretch.Part whole = sound.whole(channel, warnings);
        openBackend();
        if (resampling == null) {
            resampling = source.resampling();
        }
        OpenEncoder loaded = opened(encoder, source, "probe");
        RecordingSurvey.of(List.of(new AudioClip(sound.file().toString(), sound.file())))
                .unheard(loaded.encoder().describe())
                .ifPresent(this::tell);
        Explainer explainer = source.explainer(loaded, resampling);
        ProbeFiles.remarkOnMissingDigest(source.probe(), this::tell);
        List<Integer> wanted = classes.of(explainer);
        RecordingStretch.Part heard =
                whole != null ? whole : sound.stretch(channel, loaded.encoder().describe(), warnings);
        ClipExplanation clip = explained(explainer, heard, wanted);
        RecordingPart part = RecordingPart.of(source, sound.file());
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

    private int channel() {
        ChannelChoice choice = channels.choice();
        if (choice.each()) {
            throw CommandException.usage("explain shows one sound: give --channels mix, or the number of a channel");
        }
        return choice.channel();
    }

    private ClipExplanation explained(Explainer explainer, RecordingStretch.Part part, List<Integer> wanted) {
        try {
            return explainer.explain(
                    part.name(sound.file()), part.recording(), part.start(), wanted, classes.top(), out != null);
        } catch (ClipTooShortException e) {
            throw CommandException.input(sound.file() + ": " + Failure.of(e).message(), e);
        }
    }

    private List<Path> write(ClipExplanation clip, RecordingPart part, OpenEncoder loaded, SavedProbe source)
            throws IOException {
        ExplainFolder folder = new ExplainFolder(out, clip, part, loaded, source);
        ClipFigures figures = ClipFigures.of(clip);
        try (OutputFolder output = claim(out)) {
            List<Path> written = folder.write(figures);
            record.input(sound.file()).input(source.probe());
            warnings.end(record);
            folder.describe(loaded.note(record, resampling.name()), written);
            output.finish();
            return written;
        }
    }
}
