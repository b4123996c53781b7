package org.unmute.cli.option;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.unmute.cli.console.CommandException;
import org.unmute.data.annotation.EventRows;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** Options for training on labels with times: row by row, or on boxes in time and frequency. */
@HelpTopic("Training")
public final class FrameOptions {
    @InputPath
    @Option(
            names = "--frames",
            paramLabel = "TABLE",
            arity = "0..1",
            split = ",",
            fallbackValue = "",
            description = "Train each row of tokens, that is each moment, on what sounds in it: a probe with rows=true."
                    + " TABLE says when the classes sound, in any form that --labels reads; without it the"
                    + " labels must have times. Clips that no table names, and classes without an event, are known as a"
                    + " whole and count by their maximum over time. May be repeated.")
    private List<String> tables;

    @InputPath
    @Option(
            names = "--boxes",
            paramLabel = "TABLE",
            arity = "0..1",
            split = ",",
            fallbackValue = "",
            description = "Train tokens on boxes in time and frequency (protobin, protofloat): tokens in a box have its"
                    + " class, those outside every box of a class do not. TABLE is as for --frames, with the band of"
                    + " each event (low and high, in Hz).")
    private List<String> boxes;

    @Option(
            names = "--edges",
            paramLabel = "HOW",
            defaultValue = "share",
            description = "With --frames, what a row that an event covers in part is: share (its target is the share"
                    + " that is covered), open (not known) or start (in the event if its beginning is, as BAT_ICML2026"
                    + " labels frames) (default: ${DEFAULT-VALUE}).")
    private String edges;

    /**
     * Whether rows or boxes are to be trained.
     *
     * @throws CommandException if both are
     */
    public boolean given() {
        if (tables != null && boxes != null) {
            throw CommandException.usage("--frames trains rows, --boxes tokens in boxes: leave one of the two out");
        }
        return tables != null || boxes != null;
    }

    /** Whether boxes are to be trained. */
    public boolean isOfBoxes() {
        return boxes != null;
    }

    /** The option that was given. */
    public String option() {
        return isOfBoxes() ? "--boxes" : "--frames";
    }

    /** Tables of events; empty if the labels say when classes sound. */
    List<Path> tables() {
        return (isOfBoxes() ? boxes : tables)
                .stream().filter(t -> !t.isBlank()).map(Path::of).toList();
    }

    /**
     * What a row is that an event covers in part.
     *
     * @throws CommandException if there is no such way
     */
    public EventRows.Edges edges() {
        try {
            return EventRows.Edges.valueOf(edges.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--edges must be share, open or start: '" + edges + "'", e);
        }
    }
}
