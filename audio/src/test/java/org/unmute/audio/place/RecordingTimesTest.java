package org.unmute.audio.place;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.ZoneId;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.AudioSource;

class RecordingTimesTest {
    private static final byte[] NOTHING = {};
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static RecorderNotes notes(byte[] before, byte[] after) throws IOException {
        return RecorderNotes.read(AudioSource.of(FieldWav.file(before, after), "test"));
    }

    private static DecidedTime decided(String name, byte[] chunks, ZoneId zone) throws IOException {
        return DecidedTime.of(FileNameTime.of(name), notes(NOTHING, chunks), zone);
    }

    @ParameterizedTest
    @CsvSource({
        "20240517_053000.WAV, 2024-05-17T05:30:00.000000Z, ''",
        "20240517_053000T.WAV, 2024-05-17T05:30:00.000000Z, ''",
        "5CE2F3A0.WAV, 2019-05-20T18:36:16.000000Z, ''",
        "site 4/S4A_20240517_053000.wav, 2024-05-17T05:30:00.000000, S4A",
        "NORTH_0+1_20240517$053000.wav, 2024-05-17T05:30:00.000000, NORTH",
        "2MM01_A_20240517$053000.wav, 2024-05-17T05:30:00.000000, 2MM01",
        "PAM_20240517_053000_123.wav, 2024-05-17T05:30:00.123000, PAM",
        "5678.240517053000.wav, 2024-05-17T05:30:00.000000, 5678",
        "2024-05-17-birdnet-05:30:00.wav, 2024-05-17T05:30:00.000000, ''",
        "Common_Blackbird-87-2024-05-17-birdnet-RTSP_1-05:30:00.mp3, 2024-05-17T05:30:00.000000, Common_Blackbird-87",
        "2024-05-17T05-30-00Z.flac, 2024-05-17T05:30:00.000000Z, ''",
        "20240517T053000+1000_REC.wav, 2024-05-17T05:30:00.000000+10:00, ''",
        "N2_20240517_053000-0330.wav, 2024-05-17T05:30:00.000000-03:30, N2",
        "N2_20240517_053000-01.wav, 2024-05-17T05:30:00.000000, N2"
    })
    void namesOfRecordersAreRead(String name, String time, String prefix) {
        FileNameTime read = FileNameTime.of(name);
        assertThat(read.problem()).isNull();
        assertThat(read.time().in(null).iso()).isEqualTo(time);
        assertThat(read.prefix()).isEqualTo(prefix);
    }

    @ParameterizedTest
    @CsvSource({
        "A_20240231_053000.wav, 2024-02-31 05:30:00",
        "20240517_246000.WAV, 2024-05-17 24:60:00",
        "19700101_000012.WAV, clock was reset"
    })
    void impossibleTimesAreNamed(String name, String problem) {
        FileNameTime read = FileNameTime.of(name);
        assertThat(read.time()).isNull();
        assertThat(read.problem()).contains(problem);
    }

    @Test
    void yearsThatNoClockShowsAreNamed() throws IOException {
        FileNameTime name = TimePattern.of("%Y-%m-%d_%H%M%S").name("9999-12-31_235959.wav");
        DecidedTime decided = DecidedTime.of(name, notes(NOTHING, NOTHING), null);
        assertThat(decided.time()).isNull();
        assertThat(decided.problems()).singleElement().asString().contains("9999-12-31T23:59:59", "clock was wrong");
    }

    @ParameterizedTest
    @CsvSource({"1-100032-A-0.wav", "rec 12.wav", "0000003C.WAV", "20240517.wav", "DEADBEEF.wav", "12345678901234.wav"})
    void otherNamesTellNothing(String name) {
        assertThat(FileNameTime.of(name)).isEqualTo(new FileNameTime(null, "", null));
    }

    @Test
    void ownPatternsAreRead() {
        TimePattern pattern = TimePattern.of("%P.%d-%m-%y_%Hh%M*.wav");
        FileNameTime read = pattern.name("x/pond 3.17-05-24_05h30_left.wav");
        assertThat(read.time().text()).isEqualTo("2024-05-17T05:30:00");
        assertThat(read.prefix()).isEqualTo("pond 3");
        assertThat(TimePattern.of("%s_").name("1715923800_1.wav").time().text()).isEqualTo("2024-05-17T05:30:00Z");
        assertThat(TimePattern.of("%Y%j%H%M%S%f%z")
                        .name("2024138053000250000+0200.wav")
                        .time()
                        .in(null)
                        .iso())
                .isEqualTo("2024-05-17T05:30:00.250000+02:00");
        assertThat(pattern.name("other.wav").problem()).contains("does not match");
        assertThat(pattern.name("a.31-02-24_05h30.wav").problem()).contains("a time that does not exist");
        assertThatThrownBy(() -> TimePattern.of("%Y%m%d")).hasMessageContaining("tells no time");
        assertThatThrownBy(() -> TimePattern.of("%Y%Q")).hasMessageContaining("'%Q'");
    }

    @Test
    void everyChunkIsRead() throws IOException {
        RecorderNotes guano = notes(NOTHING, FieldWav.guano("""
                Timestamp: 2024-05-17T05:30:00.250+02:00
                Loc Position: 52.51 -13.4
                Make: Wildlife Acoustics
                Model: SM4BAT
                Serial: S4U1
                WA|Song Meter|Prefix: NORTH
                """));
        assertThat(guano.times().getFirst().in(null).iso()).isEqualTo("2024-05-17T05:30:00.250000+02:00");
        assertThat(guano)
                .extracting(
                        RecorderNotes::latitude,
                        RecorderNotes::longitude,
                        RecorderNotes::recorder,
                        RecorderNotes::serial,
                        RecorderNotes::site)
                .containsExactly(52.51, -13.4, "Wildlife Acoustics SM4BAT", "S4U1", "NORTH");
        RecorderNotes wamd = notes(
                FieldWav.wamd("1SM3", "2SN7", "4SOUTH", "52024-05-17 05:30:00.5-05:00", "6WGS84,42.5,S,71.25,W"),
                NOTHING);
        assertThat(wamd.times().getFirst().in(null).iso()).isEqualTo("2024-05-17T05:30:00.500000-05:00");
        assertThat(wamd)
                .extracting(
                        RecorderNotes::latitude, RecorderNotes::longitude, RecorderNotes::recorder, RecorderNotes::site)
                .containsExactly(-42.5, -71.25, "SM3", "SOUTH");
        RecorderNotes moth = notes(
                FieldWav.comment(
                        "Recorded at 05:30:00 17/05/2024 (UTC+1) by AudioMoth 24F3190160371234 at medium gain"),
                NOTHING);
        assertThat(moth.times().getFirst().in(null).iso()).isEqualTo("2024-05-17T05:30:00.000000+01:00");
        assertThat(moth.serial()).isEqualTo("24F3190160371234");
        long samples = (5 * 3600 + 30 * 60) * 16_000L + 4_000;
        RecorderNotes bext = notes(FieldWav.bext("2024-05-17", "05:30:00", samples), NOTHING);
        assertThat(bext.times().getFirst().in(null).iso()).isEqualTo("2024-05-17T05:30:00.250000");
    }

    @Test
    void badNotesAreNamed() throws IOException {
        assertThat(notes(NOTHING, FieldWav.guano("Timestamp: 2024-02-31 05:30:00\nLoc Position: 0 0\n"))
                        .problems())
                .containsExactly(
                        "GUANO says '2024-02-31 05:30:00', which is no time",
                        "GUANO says '0 0', which is no place on land or sea that a receiver found");
        assertThat(notes(NOTHING, FieldWav.comment("Recorded at 00:00:09 01/01/1970 (UTC) by AudioMoth 1"))
                        .problems()
                        .getFirst())
                .contains("the recorder's clock was reset");
        assertThat(notes(FieldWav.bext("2024-13-17", "05:30:00", 0), NOTHING).problems())
                .hasSize(1);
    }

    @Test
    void theMostTrustedSourceWinsAndOthersAreNamed() throws IOException {
        byte[] guano = FieldWav.guano("Timestamp: 2024-05-17 06:30:00+02:00\n");
        DecidedTime other = decided("A_20240517_053000.wav", guano, null);
        assertThat(other.time().iso()).isEqualTo("2024-05-17T06:30:00.000000+02:00");
        assertThat(other.problems())
                .containsExactly("GUANO says 2024-05-17T06:30:00+02:00, file name says 2024-05-17T05:30:00:"
                        + " the former is taken");
        // Names may be in the chunk's zone or in UTC.
        assertThat(decided("A_20240517_063000.wav", guano, null).problems()).isEmpty();
        assertThat(decided("20240517_043000.WAV", guano, null).problems()).isEmpty();
        byte[] moth = FieldWav.comment("Recorded at 05:30:00 17/05/2024 (UTC+1) by AudioMoth 1");
        assertThat(decided("20240517_053000.WAV", moth, null).problems()).isEmpty();
        // Editors write the time of editing into bext.
        DecidedTime edited = decided("A_20240517_053000.wav", FieldWav.bext("2025-01-02", "10:00:00", 0), null);
        assertThat(edited.source()).isEqualTo(StatedTime.Source.NAME);
        assertThat(edited.problems()).hasSize(1);
    }

    @Test
    void summerTimeFollowsTheRulesOfTheZone() throws IOException {
        RecordedTime before = decided("A_20240331_013000.wav", NOTHING, BERLIN).time();
        assertThat(before.iso()).isEqualTo("2024-03-31T01:30:00.000000+01:00");
        assertThat(before.plus(3600).iso()).isEqualTo("2024-03-31T03:30:00.000000+02:00");
        assertThat(before.secondsTo(before.plus(3600.25))).isEqualTo(3600.25);
        DecidedTime twice = decided("A_20241027_023000.wav", NOTHING, BERLIN);
        assertThat(twice.time().iso()).isEqualTo("2024-10-27T02:30:00.000000+02:00");
        assertThat(twice.time().plus(3600).iso()).isEqualTo("2024-10-27T02:30:00.000000+01:00");
        assertThat(twice.problems().getFirst()).contains("comes twice in Europe/Berlin");
        DecidedTime never = decided("A_20240331_023000.wav", NOTHING, BERLIN);
        assertThat(never.problems().getFirst()).contains("does not exist in Europe/Berlin");
        for (RecordedTime time : new RecordedTime[] {
            before, twice.time().plus(3600), twice.time().plus(0.000001)
        }) {
            assertThat(RecordedTime.parse(time.toString())).isEqualTo(time);
        }
        RecordedTime local = decided("A_20240331_235959.wav", NOTHING, null).time();
        assertThat(local.plus(1.5).iso()).isEqualTo("2024-04-01T00:00:00.500000");
        assertThat(RecordedTime.parse(local.toString())).isEqualTo(local);
    }

    /** Three million entries of a chunk gave one problem each, and a chunk of one text the whole text. */
    @Test
    void aLongChunkGivesShortNotes() throws IOException {
        String[] entries = new String[3_000_000];
        Arrays.setAll(entries, i -> i % 2 == 0 ? "5" : "6");
        assertThat(notes(NOTHING, FieldWav.wamd(entries)).problems()).isEmpty();
        Arrays.setAll(entries, i -> i % 2 == 0 ? "5never" : "6nowhere");
        assertThat(notes(NOTHING, FieldWav.wamd(entries)).problems()).hasSize(2);
        String text = "x".repeat(60_000);
        for (byte[] chunk : new byte[][] {
            FieldWav.wamd("1" + text),
            FieldWav.wamd("2" + text),
            FieldWav.wamd("4" + text),
            FieldWav.wamd("5" + text),
            FieldWav.wamd("6" + text),
            FieldWav.guano("Timestamp: " + text),
            FieldWav.guano("Loc Position: " + text),
            FieldWav.guano("Make: " + text),
            FieldWav.guano("Serial: " + text),
            FieldWav.guano("WA|Prefix: " + text)
        }) {
            assertThat(notes(NOTHING, chunk).toString()).contains("xxx").hasSizeLessThan(600);
        }
    }
}
