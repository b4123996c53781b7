package org.unmute.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingNamesTest {
    private static final RecordingNames NAMES = new RecordingNames(List.of(
            "train/000000.wav",
            "test/000000.wav",
            "test/000001.wav",
            "site 1/dawn.flac",
            "a.b",
            "x.wav",
            "x",
            "rec.2024"));

    @ParameterizedTest
    @CsvSource({
        "test/000000.wav, test/000000.wav",
        "./test/000000.wav, test/000000.wav",
        "test\\000000.wav, test/000000.wav",
        "/data/scenes/test/000000.wav, test/000000.wav",
        "C:\\scenes\\test\\000000.wav, test/000000.wav",
        "test/000000, test/000000.wav",
        "000001.wav, test/000001.wav",
        "000001, test/000001.wav",
        "dawn, site 1/dawn.flac",
        "dawn.wav, site 1/dawn.flac",
        "site 1/dawn.mp3, site 1/dawn.flac",
        "a.b, a.b",
        "a.b.wav, a.b",
        "x, x",
        "x.wav, x.wav",
        "/other/site 3/dawn.wav, site 1/dawn.flac",
        "/other/train/000000.mp3, train/000000.wav",
    })
    void findsByPartsOfPaths(String name, String id) {
        assertThat(NAMES.find(name)).contains(id);
    }

    @ParameterizedTest
    @CsvSource({
        "000002.wav",
        "site 2/dawn.flac",
        "valid/000001.wav",
        "awn.flac",
        "1/dawn.flac",
        "''",
        "rec.2025",
        "rec",
        "a"
    })
    void otherFoldersAndPartsOfNamesDoNotMatch(String name) {
        assertThat(NAMES.find(name)).isEmpty();
    }

    @Test
    void absolutePathsOfAnotherComputerAreRecordings() {
        RecordingNames names = new RecordingNames(
                List.of("D:\\field\\north\\a.wav", "D:\\field\\south\\a.wav", "D:\\field\\south\\b.wav"));
        assertThat(names.find("south/a.wav")).contains("D:\\field\\south\\a.wav");
        assertThat(names.find("/copy/2026/north/a.flac")).contains("D:\\field\\north\\a.wav");
        assertThat(names.find("west/b.wav")).contains("D:\\field\\south\\b.wav");
        assertThatThrownBy(() -> names.find("west/a.wav")).hasMessageContaining("could be any of");
    }

    @Test
    void mostFoldersFromTheEndOnDecide() {
        RecordingNames names = new RecordingNames(List.of("a.wav", "x/a.wav"));
        assertThat(names.find("y/x/a.wav")).contains("x/a.wav");
        assertThat(names.find("z/a.wav")).contains("a.wav");
    }

    @Test
    void refusesWhatCouldBeSeveral() {
        assertThatThrownBy(() -> NAMES.find("000000.wav"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'000000.wav' could be any of 'train/000000.wav', 'test/000000.wav'")
                .hasMessageContaining("write its folder");
        assertThatThrownBy(() -> NAMES.find("x.mp3")).hasMessageContaining("'x.wav', 'x'");
    }
}
