package org.unmute.audio.place;

import java.time.LocalDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The time of the first sample as one source states it.
 *
 * @param source who says so
 * @param local  time on the clock
 * @param zone   zone of the clock; null if the source does not state it
 * @param utc    whether clocks of this kind show UTC unless they are set otherwise; only without a zone
 */
public record StatedTime(
        Source source, LocalDateTime local, @Nullable ZoneId zone, boolean utc) {
    /** The sources of a time, the most trusted first. */
    public enum Source {
        /** A pattern that the user gave for file names. */
        PATTERN("--time-pattern"),
        /** The GUANO chunk: written for this purpose, usually with a zone. */
        GUANO("GUANO"),
        /** The chunk of Wildlife Acoustics. */
        WAMD("wamd"),
        /** The comment that AudioMoth writes, with a zone. */
        AUDIOMOTH("AudioMoth's comment"),
        /** The comment {@code RecordingStart} of Frontier Labs' recorders in FLAC files, with a zone. */
        FRONTIER_LABS("Frontier Labs' comment"),
        /** The file's name, usually without a zone. */
        NAME("file name"),
        /** The Broadcast Wave chunk, last since audio editors write the time of editing into it. */
        BEXT("bext");

        private final String text;

        Source(String text) {
            this.text = text;
        }

        /** The source in words. */
        public String text() {
            return text;
        }
    }

    /** A time with the zone that the source states, or with none. */
    static StatedTime of(Source source, LocalDateTime local, @Nullable ZoneId zone) {
        return new StatedTime(source, local, zone, false);
    }

    /**
     * The time in a zone.
     *
     * @param without zone of clocks that state none; null if it is not known
     */
    public RecordedTime in(@Nullable ZoneId without) {
        ZoneId usual = utc ? ZoneId.of("Z") : null;
        return RecordedTime.of(local, zone != null ? zone : without != null ? without : usual);
    }

    /** The time as stated, for messages. */
    public String text() {
        return RecordedTime.of(local, zone).isoSeconds();
    }
}
