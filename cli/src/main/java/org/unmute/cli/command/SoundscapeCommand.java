package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.option.SceneOptions;
import org.unmute.cli.scene.SceneRun;
import org.unmute.cli.scene.SourceFiles;
import org.unmute.data.scene.SceneMixer;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixes labelled single-event recordings into multi-label scenes. */
@MainOptions("--manifest --audio --out --train --test --train-folds --test-folds --events"
        + " --gain --seconds --rate --bands --stems --seed")
@Command(
        name = "soundscape",
        customSynopsis =
                "unmute soundscape --manifest FILE --audio DIR --out DIR --train-folds FOLDS --test-folds FOLDS"
                        + " [OPTIONS]%n",
        description = {
            "Mixes labelled recordings of single events into multi-label scenes, from a seed.",
            "",
            "Each scene holds a few recordings of different classes. The first keeps its level; each further one gets"
                    + " an RMS level relative to it, drawn from --gain. Shorter recordings lie at a random place, of"
                    + " longer ones a random stretch is taken. Train scenes use the train folds only, test scenes the"
                    + " test folds only. The same seed gives the same files."
        },
        footerHeading = "%nWrites into --out:%n",
        footer = {
            "  train/000000.wav …   scenes, 16 bit, mono",
            "  test/000000.wav …",
            "  manifest.csv         file,labels,split,sources,gains_db,offsets_s (several values: separated by ;)",
            "  train-events.tsv     start and end of each event: filename onset offset event_label, between tabs",
            "  test-events.tsv      with --bands also low and high, in Hz",
            "  run.json             how it was made",
            "",
            "Example, with ESC-50 as downloaded:",
            "  unmute soundscape --manifest ESC-50/meta/esc50.csv --audio ESC-50/audio --out scenes \\",
            "      --train 1500 --test 500 --train-folds 1,2 --test-folds 3",
            "Then:",
            "  unmute embed --help",
            "  unmute detect --help"
        })
final class SoundscapeCommand extends UnmuteCommand {
    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder to write; must not hold a manifest.csv yet.")
    private Path out;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--stems",
            paramLabel = "DIR",
            description = "Also write each event by itself, as it is in its scene: DIR/test/000000.stem0.wav …"
                    + " The folder must not lie in --out.")
    private Path stems;

    @Mixin
    private SceneOptions scenes;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        SceneMixer.Options options = checked(scenes::options);
        SourceReader reader = new SourceReader(scenes.rate(), warnings);
        List<SourceClip> clips = checked(() -> SourceFiles.clips(scenes, reader, this));
        SceneMixer mixer = checked(() -> new SceneMixer(
                clips, Set.copyOf(scenes.trainFolds()), Set.copyOf(scenes.testFolds()), options, common.seed()));
        SceneRun run = new SceneRun(mixer, scenes, reader, stems);
        run.writeFolder(out, warnings, this, e -> usage(e.getMessage()));
        print(run.table());
        return status;
    }

    /** What is wrong with options is an error of usage. */
    private <T> T checked(Step<T> step) throws IOException {
        return checked(e -> usage(e.getMessage()), step);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
