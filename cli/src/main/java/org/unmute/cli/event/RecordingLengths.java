package org.unmute.cli.event;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.unmute.audio.AudioFiles;
import org.unmute.cli.console.CommandException;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.MalformedTableException;
import org.unmute.data.RecordingNames;
import org.unmute.events.strong.Durations;
import org.unmute.probes.cache.AudioClip;

/** Lengths of recordings, from a table or from the recordings themselves. */
final class RecordingLengths {
    /** A source of lengths. */
    private interface Lengths {
        OptionalDouble of(String recording) throws IOException;
    }

    private final String source;
    private final Lengths lengths;
    private final List<String> listed;

    private RecordingLengths(String source, List<String> listed, Lengths lengths) {
        this.source = source;
        this.listed = listed;
        this.lengths = lengths;
    }

    /** The source of lengths given by the options; empty if there is none. */
    static Optional<RecordingLengths> of(EventEvalOptions options) throws IOException {
        if (options.durations() != null && options.audio() != null) {
            throw CommandException.usage("give either --durations or --audio: both tell the lengths of recordings");
        }
        if (options.durations() != null) {
            return Optional.of(ofTable(options.durations()));
        }
        return options.audio() != null
                ? Optional.of(ofClips(
                        "the recordings in " + options.audio(),
                        ClipList.of(options.audio(), null).clips()))
                : Optional.empty();
    }

    private static RecordingLengths ofTable(Path table) throws IOException {
        Durations durations = Durations.read(table);
        RecordingNames names = durations.names();
        return new RecordingLengths(
                table.toString(), List.copyOf(durations.seconds().keySet()), recording -> {
                    double listed = durations.find(names, recording).orElse(Double.NaN);
                    return Double.isNaN(listed) ? OptionalDouble.empty() : OptionalDouble.of(listed);
                });
    }

    /** Lengths of audio files, which are read on request. */
    static RecordingLengths ofClips(String source, List<AudioClip> clips) {
        Map<String, AudioClip> byId = new LinkedHashMap<>();
        clips.forEach(c -> byId.put(c.id(), c));
        RecordingNames names = new RecordingNames(byId.keySet());
        return new RecordingLengths(source, List.of(), recording -> {
            Optional<String> id = names.find(recording);
            return id.isPresent() ? OptionalDouble.of(seconds(byId.get(id.get()))) : OptionalDouble.empty();
        });
    }

    private static double seconds(AudioClip clip) throws IOException {
        try {
            return ClipDivision.seconds(clip, AudioFiles::open);
        } catch (IOException e) {
            throw CommandException.input(
                    "cannot tell the length of recording " + MalformedTableException.quote(clip.id()) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** The origin of the lengths, for messages. */
    String source() {
        return source;
    }

    /** Recordings that a table names; empty if lengths come from audio files. */
    List<String> listed() {
        return listed;
    }

    /**
     * The length of each recording. A part of a file has its own length.
     *
     * @throws CommandException if the length of a recording is unknown
     */
    Map<String, Double> of(List<String> recordings) throws IOException {
        Map<String, Double> all = new LinkedHashMap<>();
        List<String> without = new ArrayList<>();
        for (String recording : recordings) {
            Optional<ClipId.Part> part = ClipId.part(recording);
            OptionalDouble own = find(recording);
            if (own.isEmpty() && part.isPresent()) {
                OptionalDouble whole = find(part.get().file());
                if (whole.isPresent()) {
                    double end = Math.min(part.get().end(), whole.getAsDouble());
                    own = OptionalDouble.of(end - part.get().start());
                }
            }
            if (own.isEmpty()) {
                without.add(recording);
            } else if (own.getAsDouble() > 0) {
                all.put(recording, own.getAsDouble());
            } else {
                throw CommandException.input("recording " + MalformedTableException.quote(recording)
                        + " has no length by " + source + ": " + own.getAsDouble() + " s");
            }
        }
        if (!without.isEmpty()) {
            throw CommandException.input(without.size() + " recordings have no length in " + source + ": "
                    + Remarks.names(without) + ": name all of them, or leave out --durations and --audio");
        }
        return all;
    }

    private OptionalDouble find(String recording) throws IOException {
        try {
            return lengths.of(recording);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(source + ": " + e.getMessage(), e);
        }
    }
}
