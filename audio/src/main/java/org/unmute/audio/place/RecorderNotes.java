package org.unmute.audio.place;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.audio.AudioSource;
import org.unmute.files.PlainText;

/**
 * What a recorder wrote into a WAV or FLAC file about time and place: GUANO ({@code guan}, version 1.0), Wildlife
 * Acoustics' {@code wamd}, the Broadcast Wave chunk ({@code bext}, EBU Tech 3285), the comment of AudioMoth ({@code
 * ICMT}) and those of Frontier Labs. Converters write AudioMoth's and the fields of {@code bext} into comments of FLAC
 * files.
 *
 * @param times     what each source says about the first sample, in no order
 * @param latitude  in degrees, -90 to 90; NaN if unknown
 * @param longitude in degrees, -180 to 180; NaN if unknown
 * @param site      the recorder's prefix for file names; may be empty
 * @param recorder  make and model; may be empty
 * @param serial    serial number; may be empty
 * @param problems  what could not be read, in words
 */
public record RecorderNotes(
        List<StatedTime> times,
        double latitude,
        double longitude,
        String site,
        String recorder,
        String serial,
        List<String> problems) {
    /** No notes. */
    public static final RecorderNotes NONE =
            new RecorderNotes(List.of(), Double.NaN, Double.NaN, "", "", "", List.of());

    /** Copies the lists. */
    public RecorderNotes {
        times = List.copyOf(times);
        problems = List.copyOf(problems);
    }

    /**
     * Reads the notes of a file; none if it is neither WAV nor FLAC. A file that cannot be read has none either, and a
     * problem that says why.
     */
    public static RecorderNotes read(Path file) {
        if (!Files.isRegularFile(file)) {
            return NONE;
        }
        try (AudioSource source = AudioSource.of(file)) {
            return read(source);
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    /** The notes of a file that cannot be read: none, and the reason as a problem. */
    public static RecorderNotes unreadable(IOException reason) {
        String problem = "its chunks cannot be read: " + reason.getMessage();
        return new RecorderNotes(List.of(), Double.NaN, Double.NaN, "", "", "", List.of(problem));
    }

    /**
     * Reads the notes in the bytes of a file.
     *
     * @param source at its first byte; seekable
     * @throws IOException if the source fails
     */
    public static RecorderNotes read(AudioSource source) throws IOException {
        NoteChunks chunks = NoteChunks.read(source);
        return chunks.isEmpty() ? NONE : new Reader().read(chunks);
    }

    /** Reads chunks into fields; the first that states a value counts. */
    private static final class Reader {
        private static final int BEXT_BYTES = 346;
        private static final int MOST_CHARS = 100;
        /** {@code -27.5+153.0} with further parts, which ISO 6709 ends with a slash. */
        private static final Pattern ISO_6709 =
                Pattern.compile("([+-]\\d{1,2}(?:\\.\\d+)?)([+-]\\d{1,3}(?:\\.\\d+)?)(?:[+-].*|CRS.*)?/?");

        private static final int BEXT_DATE = 320;
        private static final int BEXT_TIME = 330;
        private static final int BEXT_SAMPLES = 338;
        private static final int WAMD_MODEL = 1;
        private static final int WAMD_SERIAL = 2;
        private static final int WAMD_PREFIX = 4;
        private static final int WAMD_TIME = 5;
        private static final int WAMD_POSITION = 6;

        private final ClockText clock = new ClockText();
        private final List<String> problems = new ArrayList<>();
        private double latitude = Double.NaN;
        private double longitude = Double.NaN;
        private String site = "";
        private String recorder = "";
        private String serial = "";

        RecorderNotes read(NoteChunks chunks) {
            if (chunks.guano() != null) {
                guano(new String(chunks.guano(), StandardCharsets.UTF_8));
            }
            if (chunks.wamd() != null) {
                wamd(ByteBuffer.wrap(chunks.wamd()).order(ByteOrder.LITTLE_ENDIAN));
            }
            if (chunks.comment() != null) {
                audioMoth(NoteChunks.text(chunks.comment()));
            }
            if (chunks.artist() != null) {
                artist(NoteChunks.text(chunks.artist()));
            }
            audioMoth(chunks.field("COMMENT"));
            audioMoth(chunks.field("DESCRIPTION"));
            artist(chunks.field("ARTIST"));
            frontierLabs(chunks);
            if (chunks.bext() != null && chunks.bext().length >= BEXT_BYTES) {
                bext(chunks.bext(), chunks.sampleRate());
            } else if (!chunks.field("ORIGINATION_DATE").isEmpty()) {
                String samples = chunks.field("TIME_REFERENCE");
                bext(
                        chunks.field("ORIGINATION_DATE"),
                        chunks.field("ORIGINATION_TIME"),
                        samples.matches("\\d{1,18}") ? Long.parseLong(samples) : 0,
                        chunks.sampleRate());
            }
            problems.addAll(0, clock.problems());
            return new RecorderNotes(
                    clock.times(), latitude, longitude, bounded(site), bounded(recorder), bounded(serial), problems);
        }

        /** A name of at most {@value #MOST_CHARS} characters, since a chunk may be one long text. */
        private static String bounded(String name) {
            return name.length() <= MOST_CHARS ? name : name.substring(0, MOST_CHARS - 1) + "…";
        }

        private void audioMoth(String comment) {
            boolean known = clock.times().stream().anyMatch(t -> t.source() == StatedTime.Source.AUDIOMOTH);
            if (!known) {
                clock.audioMoth(comment);
            }
        }

        private void artist(String text) {
            if (text.startsWith("AudioMoth ")) {
                String[] parts = text.split(" ", 2);
                recorder = recorder.isEmpty() ? parts[0] : recorder;
                serial = serial.isEmpty() ? parts[1] : serial;
            }
        }

        /** The comments of Frontier Labs' recorders; what they do not know is "unknown". */
        private void frontierLabs(NoteChunks chunks) {
            String start = chunks.field("RECORDINGSTART");
            if (!start.isEmpty() && !start.equals("unknown")) {
                clock.iso(StatedTime.Source.FRONTIER_LABS, start);
            }
            String place = chunks.field("SENSORLOCATION");
            if (!place.isEmpty() && !place.equals("unknown") && Double.isNaN(latitude)) {
                Matcher signed = ISO_6709.matcher(place);
                String[] parts = place.split("[ ,]+");
                position(
                        "Frontier Labs' comment",
                        place,
                        signed.matches() ? signed.group(1) : parts[0],
                        signed.matches() ? signed.group(2) : parts.length > 1 ? parts[1] : "");
            }
            String sensor = chunks.field("SENSORUID");
            if (!sensor.isEmpty() && !sensor.equals("unknown")) {
                recorder = recorder.isEmpty() ? "Frontier Labs" : recorder;
                serial = serial.isEmpty() ? sensor : serial;
            }
        }

        private void guano(String text) {
            Map<String, String> fields = new HashMap<>();
            text.lines().forEach(line -> {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    fields.putIfAbsent(
                            line.substring(0, colon).strip(),
                            line.substring(colon + 1).replace("\0", "").strip());
                }
            });
            if (!fields.getOrDefault("Timestamp", "").isEmpty()) {
                clock.iso(StatedTime.Source.GUANO, fields.get("Timestamp"));
            }
            String position = fields.getOrDefault("Loc Position", "");
            if (!position.isEmpty()) {
                String[] parts = position.split("[ ,]+");
                position("GUANO", position, parts[0], parts.length > 1 ? parts[1] : "");
            }
            recorder = (fields.getOrDefault("Make", "") + " " + fields.getOrDefault("Model", "")).strip();
            serial = fields.getOrDefault("Serial", "");
            site = fields.getOrDefault("WA|Song Meter|Prefix", fields.getOrDefault("WA|Prefix", ""));
        }

        /**
         * A 16-bit number of the field, a 32-bit length, the field: see guano-py's reader of such chunks. Of several
         * fields of a number, the first that is not empty counts.
         */
        private void wamd(ByteBuffer chunk) {
            Map<Integer, String> fields = new HashMap<>();
            while (chunk.remaining() >= 6) {
                int field = chunk.getShort() & 0xFFFF;
                int length = chunk.getInt();
                if (length < 0 || length > chunk.remaining()) {
                    problems.add("its wamd chunk is cut short");
                    break;
                }
                byte[] content = new byte[length];
                chunk.get(content);
                String text = NoteChunks.text(content);
                if (!text.isEmpty()) {
                    fields.putIfAbsent(field, text);
                }
            }
            recorder = recorder.isEmpty() ? fields.getOrDefault(WAMD_MODEL, "") : recorder;
            serial = serial.isEmpty() ? fields.getOrDefault(WAMD_SERIAL, "") : serial;
            site = site.isEmpty() ? fields.getOrDefault(WAMD_PREFIX, "") : site;
            if (fields.containsKey(WAMD_TIME)) {
                clock.iso(StatedTime.Source.WAMD, fields.get(WAMD_TIME));
            }
            wamdPosition(fields.getOrDefault(WAMD_POSITION, ""));
        }

        /** {@code WGS84,42.1,N,71.2,W}, or signed numbers without letters. */
        private void wamdPosition(String text) {
            String[] parts = text.split(" *, *");
            if (text.isEmpty() || !Double.isNaN(latitude)) {
                return;
            }
            boolean letters = parts.length >= 5 && parts[2].matches("[NS]") && parts[4].matches("[EW]");
            if (letters) {
                position(
                        "wamd",
                        text,
                        (parts[2].equals("S") ? "-" : "") + parts[1],
                        (parts[4].equals("W") ? "-" : "") + parts[3]);
            } else {
                position("wamd", text, parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
            }
        }

        private void position(String source, String text, String first, String second) {
            try {
                double north = Double.parseDouble(first);
                double east = Double.parseDouble(second);
                if (Math.abs(north) <= 90 && Math.abs(east) <= 180 && (north != 0 || east != 0)) {
                    latitude = north;
                    longitude = east;
                    return;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
            problems.add(source + " says " + PlainText.quote(text)
                    + ", which is no place on land or sea that a receiver found");
        }

        private void bext(byte[] chunk, int rate) {
            bext(
                    NoteChunks.text(chunk, BEXT_DATE, 10),
                    NoteChunks.text(chunk, BEXT_TIME, 8),
                    ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).getLong(BEXT_SAMPLES),
                    rate);
        }

        /** The time to the second, or to the sample where the count since midnight agrees with it. */
        private void bext(String date, String time, long samples, int rate) {
            if (date.isEmpty() || date.startsWith("0000")) {
                return;
            }
            try {
                String[] ymd = date.split("\\D");
                String[] hms = time.split("\\D");
                if (ymd.length != 3 || hms.length != 3) {
                    clock.unreadable(StatedTime.Source.BEXT, date + " " + time);
                    return;
                }
                LocalDateTime local = LocalDateTime.of(
                        LocalDate.of(Integer.parseInt(ymd[0]), Integer.parseInt(ymd[1]), Integer.parseInt(ymd[2])),
                        LocalTime.of(Integer.parseInt(hms[0]), Integer.parseInt(hms[1]), Integer.parseInt(hms[2])));
                if (rate > 0
                        && samples > 0
                        && samples / rate == local.toLocalTime().toSecondOfDay()) {
                    local = local.plusNanos(samples % rate * 1_000_000_000L / rate);
                }
                clock.add(StatedTime.of(StatedTime.Source.BEXT, local, null), date + " " + time);
            } catch (DateTimeException | NumberFormatException e) {
                clock.unreadable(StatedTime.Source.BEXT, date + " " + time);
            }
        }
    }
}
