package org.unmute.audio.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;

/** Notes of recorders in FLAC files, as {@code flac --keep-foreign-metadata}, converters and recorders write them. */
class FlacNotesTest {
    private static final int STREAMINFO_END = 4 + 4 + 34;

    private static byte[] block(int type, byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .putInt(type << 24 | content.length)
                .put(content)
                .array();
    }

    /** The block for a chunk. */
    private static byte[] riff(byte[] chunk) {
        return block(2, joined("riff".getBytes(StandardCharsets.US_ASCII), chunk));
    }

    private static byte[] comments(String... fields) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(text("test"));
        all.writeBytes(little(fields.length));
        for (String field : fields) {
            all.writeBytes(text(field));
        }
        return block(4, all.toByteArray());
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return joined(little(bytes.length), bytes);
    }

    private static byte[] little(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A real file with more blocks after the first. */
    private static byte[] flac(byte[]... blocks) throws IOException {
        try (InputStream in = FlacNotesTest.class.getResourceAsStream("/audio/sweep-8.flac")) {
            byte[] file = in.readAllBytes();
            return joined(
                    Arrays.copyOf(file, STREAMINFO_END),
                    joined(blocks),
                    Arrays.copyOfRange(file, STREAMINFO_END, file.length));
        }
    }

    private static RecorderNotes notes(byte[] file) throws IOException {
        return RecorderNotes.read(AudioSource.of(file, "test"));
    }

    private static String time(byte[]... blocks) throws IOException {
        return notes(flac(blocks)).times().getFirst().in(null).iso();
    }

    @Test
    void chunksThatFlacKeepsAreRead() throws IOException {
        byte[] header = "RIFF\4\1\0\0WAVE".getBytes(StandardCharsets.US_ASCII);
        byte[] guano = FieldWav.guano("Timestamp: 2024-05-17T05:30:00.250+02:00\nLoc Position: 52.51 -13.4\n");
        byte[] file = flac(riff(header), riff("data\0\0\1\0".getBytes(StandardCharsets.US_ASCII)), riff(guano));
        RecorderNotes notes = notes(file);
        assertThat(notes.times().getFirst().in(null).iso()).isEqualTo("2024-05-17T05:30:00.250000+02:00");
        assertThat(notes.latitude()).isEqualTo(52.51);
        try (AudioStream sound = AudioFiles.open(AudioSource.of(file, "test"))) {
            assertThat(sound.sampleRate()).isPositive();
        }
        assertThat(time(riff(FieldWav.wamd("52024-05-17 05:30:00-05:00"))))
                .isEqualTo("2024-05-17T05:30:00.000000-05:00");
        assertThat(time(riff(FieldWav.comment("Recorded at 05:30:00 17/05/2024 (UTC) by AudioMoth 1"))))
                .isEqualTo("2024-05-17T05:30:00.000000Z");
    }

    /** The rate, without which the count of samples says nothing, is that of STREAMINFO. */
    @Test
    void bextIsReadToTheSample() throws IOException {
        int rate;
        try (AudioStream sound = AudioFiles.open(AudioSource.of(flac(), "test"))) {
            rate = sound.sampleRate();
        }
        long samples = (5 * 3600 + 30 * 60) * (long) rate + rate / 4;
        assertThat(time(riff(FieldWav.bext("2024-05-17", "05:30:00", samples))))
                .isEqualTo("2024-05-17T05:30:00.250000");
        assertThat(time(comments(
                        "origination_date=2024-05-17", "origination_time=05:30:00", "time_reference=" + samples)))
                .isEqualTo("2024-05-17T05:30:00.250000");
    }

    @Test
    void commentsOfRecordersAndConvertersAreRead() throws IOException {
        RecorderNotes labs = notes(flac(comments(
                "SensorFirmwareVersion= 3.20",
                "RecordingStart=2021-04-01T14:04:59+10",
                "SensorLocation=-27.4975+153.0137/",
                "SensorUid=000123")));
        assertThat(labs.times().getFirst().in(null).iso()).isEqualTo("2021-04-01T14:04:59.000000+10:00");
        assertThat(labs)
                .extracting(
                        RecorderNotes::latitude,
                        RecorderNotes::longitude,
                        RecorderNotes::recorder,
                        RecorderNotes::serial)
                .containsExactly(-27.4975, 153.0137, "Frontier Labs", "000123");
        RecorderNotes early = notes(flac(
                comments("RecordingStart=2020-04-01 14:04:59", "SensorLocation=-27.49 153.01", "SensorUid=unknown")));
        assertThat(early.times().getFirst().text()).isEqualTo("2020-04-01T14:04:59");
        assertThat(early.longitude()).isEqualTo(153.01);
        assertThat(early.recorder()).isEmpty();
        assertThat(notes(flac(comments("RecordingStart=unknown", "SensorLocation=unknown"))))
                .isEqualTo(RecorderNotes.NONE);
        RecorderNotes moth = notes(flac(comments(
                "ARTIST=AudioMoth 24F3", "Comment=Recorded at 05:30:00 17/05/2024 (UTC+1) by AudioMoth 24F3")));
        assertThat(moth.times().getFirst().in(null).iso()).isEqualTo("2024-05-17T05:30:00.000000+01:00");
        assertThat(moth.serial()).isEqualTo("24F3");
        // The recorder began to write at another second than its schedule, and the name, say.
        DecidedTime decided = DecidedTime.of(FileNameTime.of("20210401T140457+1000_REC.flac"), labs, null);
        assertThat(decided.source()).isEqualTo(StatedTime.Source.FRONTIER_LABS);
        assertThat(decided.problems()).singleElement().asString().contains("the former is taken");
        assertThat(notes(flac(comments("RecordingStart=2021-13-01 14:04:59", "SensorLocation=here")))
                        .problems())
                .containsExactly(
                        "Frontier Labs' comment says '2021-13-01 14:04:59', which is no time",
                        "Frontier Labs' comment says 'here', which is no place on land or sea that a receiver found");
        assertThat(notes(flac(comments("TITLE=x")))).isEqualTo(RecorderNotes.NONE);
        assertThat(notes(flac())).isEqualTo(RecorderNotes.NONE);
    }

    @Test
    void hostileLengthsEndTheSearchAndDamageNothing() throws IOException {
        byte[] guano = FieldWav.guano("Timestamp: 2024-05-17T05:30:00Z\n");
        byte[] huge = guano.clone();
        ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(4, -1);
        assertThat(time(riff(huge))).isEqualTo("2024-05-17T05:30:00.000000Z");
        assertThat(time(
                        riff(guano),
                        ByteBuffer.allocate(4).putInt(2 << 24 | 0xFFFFFF).array()))
                .isEqualTo("2024-05-17T05:30:00.000000Z");
        byte[] fields = comments("RecordingStart=2021-04-01T14:04:59Z", "SensorUid=7");
        for (int at : new int[] {4, 12, 16, 4 + 8 + 4 + 4 + 35}) { // vendor, number of fields, first, second
            byte[] changed = fields.clone();
            ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, Integer.MAX_VALUE);
            RecorderNotes read = notes(flac(changed));
            assertThat(read.times()).hasSize(at == 12 || at > 16 ? 1 : 0);
        }
        byte[] whole = flac(riff(guano), riff(FieldWav.wamd("52024-05-17 05:30:00", "6WGS84,1,N,2,E")), fields);
        Random random = new Random(5);
        int end = STREAMINFO_END + 300;
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = Arrays.copyOf(whole, end);
            for (int k = 0; k <= i % 4; k++) {
                bytes[4 + random.nextInt(end - 4)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(end + 1));
            assertThatCode(() -> notes(cut)).doesNotThrowAnyException();
        }
    }
}
