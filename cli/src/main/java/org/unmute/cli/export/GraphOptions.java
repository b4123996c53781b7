package org.unmute.cli.export;

import org.unmute.cli.console.CommandException;
import org.unmute.convert.export.OnnxExport;
import org.unmute.models.encoder.EncoderSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that say what a graph takes and gives. */
public final class GraphOptions {
    /** What a graph begins with. */
    public enum From {
        /** Samples at the encoder's rate. */
        samples,
        /** What the encoder's front end gives. */
        spectrogram,
        /** The tokens of an encoder that is not part of the graph. */
        tokens
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--from",
            paramLabel = "NAME",
            description = "What the graph begins with: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). From"
                    + " tokens, a probe is by itself.")
    private From from = From.samples;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Length of the sound (default: the encoder's window, or the longest piece that it hears at"
                    + " once). A short one is filled up as the encoder fills it.")
    private Double seconds;

    @Option(names = "--rows", description = "Score rows of tokens, or frames of a head, in place of clips.")
    private boolean rows;

    @Option(names = "--head", description = "Score with the encoder's own head.")
    private boolean head;

    @Option(
            names = "--freq",
            paramLabel = "N",
            description = "With --from tokens: token columns, as 'unmute encoders' lists them (default:"
                    + " ${DEFAULT-VALUE}). A probe that pools all tokens alike takes any.")
    private int freq = 1;

    /**
     * Checks that the options go together.
     *
     * @param weights whether the tensors of a probe are written in place of a graph
     * @param probe   whether a probe is given
     * @throws CommandException if they do not
     */
    public void requireValid(boolean weights, boolean probe) {
        if ((weights || ofTokens()) && !probe) {
            throw CommandException.usage(
                    (weights ? "a safetensors file holds a probe's tensors" : "--from tokens exports a probe")
                            + ": name it with --probe; 'unmute convert' writes those of an encoder");
        }
        if (head && probe) {
            throw CommandException.usage("--head is the encoder's own, --probe another: leave out one");
        }
        if (rows && !probe && !head) {
            throw CommandException.usage("--rows goes with --probe or --head");
        }
        if (ofTokens() && (matched("--encoder") || seconds != null)) {
            throw CommandException.usage("--from tokens has no encoder: leave out --encoder and --seconds");
        }
        if (!ofTokens() && matched("--freq") || freq < 1) {
            throw CommandException.usage("--freq goes with --from tokens, and is at least 1");
        }
    }

    private boolean matched(String option) {
        return command.commandLine().getParseResult().hasMatchedOption(option);
    }

    /** What the graph begins with. */
    public From from() {
        return from;
    }

    /** Whether the graph begins with tokens. */
    public boolean ofTokens() {
        return from == From.tokens;
    }

    /** Whether rows or frames are scored. */
    public boolean rows() {
        return rows;
    }

    /** Whether the encoder's own head scores. */
    public boolean head() {
        return head;
    }

    /** Token columns of a graph that begins with tokens. */
    public int freq() {
        return freq;
    }

    /**
     * The sound of a graph that does not begin with tokens.
     *
     * @throws CommandException if its length is out of range
     */
    public OnnxExport.Window window(EncoderSpec encoder) {
        OnnxExport.Input input = from == From.samples ? OnnxExport.Input.SAMPLES : OnnxExport.Input.SPECTROGRAM;
        double samples = seconds == null ? 0 : seconds * encoder.sampleRate();
        if (seconds != null && !(samples >= 1 && samples <= Integer.MAX_VALUE / 2)) {
            throw CommandException.usage("--seconds " + seconds + ": a length above 0 is expected");
        }
        return new OnnxExport.Window(input, (int) Math.round(samples));
    }
}
