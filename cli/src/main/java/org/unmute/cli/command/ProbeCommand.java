package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.probe.LearningOptions;
import org.unmute.cli.probe.ProbeChoice;
import org.unmute.cli.probe.ProbeTraining;
import org.unmute.cli.probe.TrainedRun;
import org.unmute.cli.probe.TrainingClips;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.Probes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a probe on cached tokens. */
@MainOptions("--cache --labels --out --split --probe --set --seeds --epochs"
        + " --recipe --event-thresholds --background --frames --boxes --verdicts")
@Command(
        name = "probe",
        description = {
            "Trains a probe on the frozen tokens in a cache, once for each seed.",
            "Run the same command again after an interruption: it goes on after the last finished epoch, with the same"
                    + " result."
        },
        footer = {
            "",
            "Example:",
            "  unmute probe --cache cache/ --labels labels.csv --split train --seeds 0,1,2 --out run1/"
        })
final class ProbeCommand extends ComputingCommand {
    @Option(
            names = "--probe",
            paramLabel = "NAME",
            defaultValue = "protobin",
            completionCandidates = ProbeNames.class,
            description = {
                "The kind of probe to train (the other commands take a trained probe here): one of"
                        + " ${COMPLETION-CANDIDATES}; docs/probes.md says what each computes (default:"
                        + " ${DEFAULT-VALUE}).",
                "linear takes the cls token, or the token mean where the encoder has none."
            })
    private String name;

    @Mixin
    private TrainingClips clips;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            split = ",",
            description = "One run per seed (default: the one given by --seed).")
    private List<Long> seeds;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the run; created if needed.")
    private Path out;

    @Mixin
    private LearningOptions learning;

    @Option(
            names = "--per-class",
            description = "Print a row for each class too: its average precision, thresholds, what is found, alarms.")
    private boolean perClass;

    /** The names of the probes, for the help text. */
    static final class ProbeNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Probes.names().iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        begin();
        ProbeChoice choice = learning.choose(name, clips, spec.commandLine().getParseResult());
        record.seed(common.seed());
        openBackend();
        try (TokenCache tokens = clips.open(this);
                OutputFolder output = claim(out)) {
            ProbeTraining training = new ProbeTraining(
                    choice,
                    clips,
                    learning,
                    out,
                    compute.digests(),
                    (all, encoder) -> progress("embedding background", all, encoder),
                    this);
            TrainedRun run = training.train(tokens, seeds == null ? List.of(common.seed()) : seeds);
            print(run.document(), o -> run.print(o, perClass));
            output.finish(ProbeTraining::isOfSeed);
        }
        return status;
    }
}
