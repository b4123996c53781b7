package org.unmute.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.AudioStream;
import org.unmute.audio.playback.Speed;
import org.unmute.files.RegularFile;
import org.unmute.files.SettingsException;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;

/**
 * Recordings and their lengths, with long recordings divided into consecutive clips: the tokens of a day do not fit
 * into memory, and one score for a whole day says little.
 *
 * <p>Lengths come from the file headers. If a header does not state the length, the reader seeks the end of the file. A
 * damaged file whose end cannot be found is not divided; the damage is reported when the file is read. A file that a
 * device or network fails to deliver could have any length, so {@link #reader} does not open it again.
 */
public final class ClipDivision {
    /** A remainder shorter than this, or than a hundredth of a clip, is added to the preceding clip. */
    private static final double MIN_REMAINDER = 0.1;

    /**
     * Decides which recordings are divided.
     *
     * @param seconds length of a clip
     * @param longest maximum length in seconds of a recording that is not divided, at least {@code seconds}
     */
    public record Rule(double seconds, double longest) {
        /** Divides recordings longer than 20 minutes into clips of 10 minutes. */
        public static final Rule DEFAULT = new Rule(600, 1200);
        /** Keeps every recording as one clip. */
        public static final Rule WHOLE = new Rule(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

        /** @throws IllegalArgumentException if the lengths are not positive, or the second is less than the first */
        public Rule {
            if (!(seconds > MIN_REMAINDER) || !(longest >= seconds)) {
                throw new IllegalArgumentException("division of recordings: clips of " + seconds
                        + " s, recordings of up to " + longest + " s in one piece: clips need more than "
                        + MIN_REMAINDER + " s");
            }
        }

        /**
         * The default for recordings that are played at another speed: as much sound as is played to an encoder.
         *
         * @param speed of the recordings
         */
        public static Rule played(Speed speed) {
            return speed.isNormal()
                    ? DEFAULT
                    : new Rule(speed.recorded(DEFAULT.seconds), speed.recorded(DEFAULT.longest));
        }

        /** Divides every recording into clips of this length. */
        public static Rule every(double seconds) {
            return new Rule(seconds, seconds);
        }

        /**
         * Parses the value of the option {@code --clip}.
         *
         * @param clip a length in seconds; "whole" or 0 for {@link #WHOLE}
         * @throws SettingsException if it is neither
         */
        public static Rule parse(String clip) {
            if (clip.equals("whole")) {
                return WHOLE;
            }
            try {
                double seconds = Double.parseDouble(clip);
                return seconds == 0 ? WHOLE : every(seconds);
            } catch (IllegalArgumentException e) {
                throw new SettingsException(
                        "--clip is a length in seconds above 0.1, or 'whole', not '" + clip + "'", e);
            }
        }
    }

    private final List<AudioClip> clips;
    private final Map<String, Double> seconds;
    private final List<String> divided;
    private final int pieces;
    private final Map<Path, IOException> unread;

    private ClipDivision(
            List<AudioClip> clips,
            Map<String, Double> seconds,
            List<String> divided,
            int pieces,
            Map<Path, IOException> unread) {
        this.clips = List.copyOf(clips);
        this.seconds = seconds;
        this.divided = List.copyOf(divided);
        this.pieces = pieces;
        this.unread = Map.copyOf(unread);
    }

    /**
     * @param seconds NaN if the length cannot be determined
     * @param failure the cause, if a retry may succeed; null otherwise
     */
    private record Measured(AudioClip clip, double seconds, IOException failure) {}

    /**
     * Measures recordings and divides the long ones. Clips that already have a start or an end are kept unchanged.
     *
     * @param reader opens, in parallel, each file that is a clip as a whole
     */
    public static ClipDivision of(List<AudioClip> recordings, Rule rule, AudioReader reader) {
        List<Measured> measured =
                recordings.parallelStream().map(clip -> measure(clip, reader)).toList();
        List<AudioClip> clips = new ArrayList<>();
        Map<String, Double> seconds = new HashMap<>();
        List<String> divided = new ArrayList<>();
        int pieces = 0;
        Map<Path, IOException> unread = new HashMap<>();
        for (Measured m : measured) {
            if (m.failure() != null && rule.longest() < Double.POSITIVE_INFINITY) {
                unread.put(m.clip().path(), m.failure());
            }
            List<AudioClip> own = divide(m.clip(), m.seconds(), rule);
            if (own.size() > 1) {
                divided.add(m.clip().id());
                pieces += own.size();
            }
            for (AudioClip clip : own) {
                double length = own.size() > 1 ? clip.end() - clip.start() : m.seconds();
                seconds.put(clip.id(), Double.isNaN(length) ? 0 : length);
            }
            clips.addAll(own);
        }
        return new ClipDivision(clips, seconds, divided, pieces, unread);
    }

    private static Measured measure(AudioClip clip, AudioReader reader) {
        if (clip.end() < Double.POSITIVE_INFINITY) {
            return new Measured(clip, clip.end() - clip.start(), null);
        }
        try {
            boolean twice = RegularFile.isFile(clip.path()); // a pipe cannot be read twice
            return new Measured(clip, twice ? seconds(clip, reader) : Double.NaN, null);
        } catch (IOException e) {
            return new Measured(clip, Double.NaN, AudioReader.mayPass(e) ? e : null);
        } catch (IllegalArgumentException e) {
            return new Measured(clip, Double.NaN, null);
        }
    }

    /**
     * Length of a clip in seconds, from the header of its file or, if the header does not state it, by seeking the end.
     *
     * @throws IOException if the file cannot be read
     */
    public static double seconds(AudioClip clip, AudioReader reader) throws IOException {
        try (AudioStream file = reader.open(clip.path(), clip.channel())) {
            double known = clip.seconds(file);
            if (!Double.isNaN(known)) {
                return known;
            }
            file.seek(Long.MAX_VALUE / 4);
            return Math.max(0, Math.min(clip.end(), (double) file.position() / file.sampleRate()) - clip.start());
        }
    }

    /** The clips of a recording: the recording itself if it is short or its length is unknown. */
    static List<AudioClip> divide(AudioClip recording, double length, Rule rule) {
        List<ClipId.Part> parts = recording.whole() ? parts(recording.id(), length, rule) : List.of();
        return parts.isEmpty()
                ? List.of(recording)
                : parts.stream()
                        .map(p -> ClipId.cut(recording, p.start(), p.end()))
                        .toList();
    }

    /**
     * The parts of a whole recording.
     *
     * @param id     of the recording
     * @param length in seconds; NaN if unknown
     * @return consecutive parts, at least two; none if the recording stays whole
     */
    public static List<ClipId.Part> parts(String id, double length, Rule rule) {
        if (!(length > rule.longest())) {
            return List.of();
        }
        long full = (long) (length / rule.seconds() + 1e-9);
        double remainder = length - full * rule.seconds();
        long count = remainder < Math.max(MIN_REMAINDER, rule.seconds() / 100) ? full : full + 1;
        if (count <= 1) {
            return List.of();
        }
        List<ClipId.Part> parts = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            // Multiplied rather than accumulated, so that rounding errors do not drift over a day of clips.
            double start = i * rule.seconds();
            double end = i == count - 1 ? length : (i + 1) * rule.seconds();
            parts.add(new ClipId.Part(id, start, end));
        }
        return parts;
    }

    /**
     * Opens the files of the clips. Files whose length could not be read fail again for the same reason: a recording
     * that should be divided must not become one clip because its device responds a moment later.
     */
    public AudioReader reader(AudioReader files) {
        return (file, channel) -> {
            IOException failure = unread.get(file);
            if (failure != null) {
                throw failure;
            }
            return files.open(file, channel);
        };
    }

    /** All clips, in the order of the recordings. */
    public List<AudioClip> clips() {
        return clips;
    }

    /** Ids of the recordings that were divided. */
    public List<String> divided() {
        return divided;
    }

    /** Number of clips into which the divided recordings were cut. */
    public int pieces() {
        return pieces;
    }

    /** Length of a clip in seconds; 0 if unknown. */
    public double seconds(AudioClip clip) {
        return seconds.getOrDefault(clip.id(), 0.0);
    }

    /** Total length of all clips in seconds, as far as it is known. */
    public double seconds() {
        return clips.stream().mapToDouble(this::seconds).sum();
    }
}
