package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.benchmark.StoppedException;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;
import org.unmute.files.InputException;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.train.CheckpointPlace;
import org.unmute.probes.train.EpochWatch;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.Throughput;
import org.unmute.probes.train.TrainingCheckpoint;
import org.unmute.probes.train.TrainingDivergedException;
import org.unmute.probes.train.TrainingSettings;

/**
 * One training with a validation score after each epoch. It can be killed at any moment and resumed. Two files keep its
 * state: a line for each finished epoch, and a checkpoint at intervals. The line of an epoch is written before its
 * checkpoint, so the file never has fewer lines than the checkpoint has epochs unless the machine lost power, since
 * lines are not forced; then the checkpoint is deleted and the training starts again.
 */
final class ResumableTraining {
    private final Path epochsFile;
    private final CheckpointPlace checkpoint;
    private final RunningCell cell;
    private final List<EpochRecord> epochs = new ArrayList<>();
    private Verdict verdict;
    private boolean stopped;
    private double rate;
    private long epochBegun;

    /** Judges each epoch once, in order, including those of an earlier process. */
    @FunctionalInterface
    interface Verdict {
        /** Whether the training ends after this epoch. */
        boolean after(EpochRecord epoch);
    }

    /** How a training ended. */
    enum End {
        /** All epochs done. */
        COMPLETE,
        PRUNED,
        DIVERGED
    }

    /**
     * @param epochs in order
     * @param throughput of the epochs that this process trained
     */
    record Outcome(End end, List<EpochRecord> epochs, Throughput throughput) {
        double seconds() {
            return epochs.stream().mapToDouble(EpochRecord::seconds).sum();
        }

        /** The last epoch's score; NaN if the training diverged or no epoch was done. */
        double validation() {
            return end == End.DIVERGED || epochs.isEmpty()
                    ? Double.NaN
                    : epochs.getLast().validation();
        }
    }

    /**
     * @param cell in whose folder the state files are
     * @param name of the training, unique in the cell
     */
    ResumableTraining(RunningCell cell, String name) {
        this.cell = cell;
        epochsFile = cell.work().resolve(name + ".epochs.jsonl");
        checkpoint = new CheckpointPlace(
                cell.work().resolve(name + ".checkpoint.safetensors"),
                cell.context().checkpoints());
    }

    /**
     * Trains to the end, resuming where an earlier process was killed.
     *
     * @param probe the newly initialized probe; modified, and usable only if the training is {@link End#COMPLETE}
     * @param weightsWanted whether the trained probe is needed; if not, recorded scores are enough
     * @throws StoppedException if a stop was requested
     */
    Outcome run(Probe probe, PreparedFold fold, TrainingSettings settings, boolean weightsWanted, Verdict verdict)
            throws IOException {
        this.verdict = verdict;
        for (JsonFields line : lines()) {
            EpochRecord epoch = EpochRecord.of(line);
            if (epoch.epoch() != epochs.size() + 1) {
                throw line.wrong("epoch " + epoch.epoch() + " is where " + (epochs.size() + 1) + " is due");
            }
            epochs.add(epoch);
            if (verdict.after(epoch)) {
                return outcome(End.PRUNED, Throughput.NONE);
            }
        }
        if (epochs.size() == settings.epochs() && !weightsWanted) {
            return outcome(End.COMPLETE, Throughput.NONE);
        }
        return train(probe, fold, settings);
    }

    /** The lines so far. They are not forced, so a loss of power can leave them with holes: then none count. */
    private List<JsonFields> lines() throws IOException {
        try {
            return JsonLines.read(epochsFile);
        } catch (InputException e) {
            warn(e.getMessage());
            discard();
            return List.of();
        }
    }

    private static void warn(String reason) {
        System.getLogger("org.unmute").log(System.Logger.Level.WARNING, "{0}: the training starts again", reason);
    }

    private Outcome outcome(End end, Throughput throughput) {
        return new Outcome(end, List.copyOf(epochs), throughput);
    }

    private Outcome train(Probe probe, PreparedFold fold, TrainingSettings settings) throws IOException {
        boolean[] pruned = {false};
        Throughput throughput;
        long stepsPerEpoch = Math.ceilDiv(fold.train().clips(), settings.batch());
        if (TrainingCheckpoint.steps(checkpoint.file()) > epochs.size() * stepsPerEpoch) {
            warn(checkpoint.file() + " is ahead of " + epochsFile + ", as after a loss of power");
            Files.delete(checkpoint.file());
        }
        epochBegun = System.nanoTime();
        try (JsonLines lines = JsonLines.append(epochsFile, false)) {
            throughput = ProbeTrainer.train(
                            probe, fold.train(), settings, checkpoint, step -> rate = step.rate(), epoch -> {
                                if (epoch.number() == epochs.size() + 1) {
                                    pruned[0] =
                                            add(epoch, fold.score(epoch.probe(), cell.data(), settings.batch()), lines);
                                }
                                stopped = !pruned[0]
                                        && epoch.number() < epoch.epochs()
                                        && cell.context().stop().raised();
                                return pruned[0] || stopped;
                            })
                    .throughput();
        } catch (TrainingDivergedException e) {
            return outcome(End.DIVERGED, Throughput.NONE);
        }
        if (stopped) {
            throw new StoppedException(cell.id().toString());
        }
        return outcome(pruned[0] ? End.PRUNED : End.COMPLETE, throughput);
    }

    private boolean add(EpochWatch.Epoch epoch, double validation, JsonLines lines) throws IOException {
        long now = System.nanoTime();
        EpochRecord record = new EpochRecord(epoch.number(), epoch.loss(), validation, rate, (now - epochBegun) / 1e9);
        epochBegun = now;
        lines.add(record);
        epochs.add(record);
        return verdict.after(record);
    }

    /** Deletes the state files. */
    void discard() throws IOException {
        Files.deleteIfExists(checkpoint.file());
        Files.deleteIfExists(epochsFile);
    }
}
