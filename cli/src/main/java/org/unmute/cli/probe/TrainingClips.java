package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.option.MissingTokens;
import org.unmute.cli.option.ValidationOptions;
import org.unmute.data.Manifest;
import org.unmute.options.InputPath;
import org.unmute.probes.cache.TokenCache;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the clips that a probe is trained on, and of those that its thresholds are learned on. */
public final class TrainingClips {
    @InputPath
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            required = true,
            description = "Token cache that 'unmute embed' made.")
    private Path cache;

    @Mixin
    private MissingTokens missingTokens;

    @Mixin
    private LabelOptions labels;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "train",
            description = "Splits to train on, if the label file has a split column (default: ${DEFAULT-VALUE}).")
    private List<String> splits;

    @Mixin
    private ValidationOptions validation;

    /**
     * The clips of the splits that are in the cache.
     *
     * @param found      all of them
     * @param validation which of them are validated on, and which are trained on
     * @param missing    names of labelled clips that are not in the cache
     */
    record Found(Manifest found, ValidationClips validation, List<String> missing) {}

    /**
     * Checks options that contradict each other, before anything is read.
     *
     * @throws CommandException if they do
     */
    void requireValid() {
        validation.rule();
    }

    /** The folder of the tokens. */
    Path cache() {
        return cache;
    }

    /** The labels. */
    LabelOptions labels() {
        return labels;
    }

    /** Opens the cache. The caller closes it. */
    public TokenCache open(CommandRun run) throws IOException {
        return missingTokens.open(cache, run.record(), run::tell);
    }

    /** Reads the labels, and divides the clips. */
    Found find(TokenCache tokens, CommandRun run) throws IOException {
        List<String> missing = new ArrayList<>();
        Manifest found =
                TokenData.matched(labels.read(null, splits, run.record(), run.remarks()), tokens, missing, run::tell);
        TokenData.requireNames(found, labels.source());
        return new Found(
                found, ValidationClips.find(validation, labels, found, splits, tokens, run.remarks()), missing);
    }

    /** Audits the labels of all splits. */
    void audit(TrainingAudit audit, Found clips, TokenCache tokens, CommandRun run) throws IOException {
        audit.run(labels, clips.found(), splits, tokens, run.record(), run::tell);
    }
}
