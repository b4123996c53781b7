package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.place.RecordedTime;
import org.unmute.audio.place.StatedTime;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.TextTable;
import org.unmute.data.field.FieldLog;
import org.unmute.data.field.FieldRules;
import org.unmute.data.field.SiteRule;
import org.unmute.data.provenance.Json;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.events.field.CamtrapPackage;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;

/** Camtrap DP of recordings, classes and sites whose names attack tables, spreadsheets, paths and keys. */
class CamtrapNamesTest {
    private static final List<String> NAMES = List.of(
            "plain",
            "say \"hi\", twice",
            "'single'",
            "line\nbreak\r\nand\ttab",
            "a\u0001b",
            "a\u0002b",
            "a\uFFFDb",
            "a\uFFFDb 2",
            "bell\u0007\u001b[31mred",
            "=HYPERLINK(\"http://x\")",
            "+1",
            "-2",
            "@SUM(A1)",
            "'=quoted",
            "\uFF1Dwide",
            "..\u2028..",
            "~home",
            "./dot",
            "a//b/../c",
            "100 %2E%2E",
            "pipe|and:colon",
            "\u202Eright to left",
            "\uD83D\uDC26 bird",
            "half \uD83D bird",
            "e\u0301 and \u00e9",
            " blanks ",
            "#comment",
            "NA",
            "Turdus merula_Black\nbird",
            "x".repeat(20_000));

    @TempDir
    Path folder;

    @Test
    void tablesStayValidWhateverTheNamesAre() throws IOException {
        FieldLog places = new FieldLog(new FieldRules(null, null, SiteRule.AUTO, null));
        List<DetectionFolder.Found> all = new ArrayList<>();
        Map<String, String> settings = new LinkedHashMap<>();
        NAMES.forEach(name -> settings.put("threshold of class '" + name + "'", "0.5"));
        for (int i = 0; i < NAMES.size(); i++) {
            // Half a character can be in the label of a probe, not in a path. No file system has a name that long.
            String name = new String(NAMES.get(i).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            AudioClip clip = new AudioClip(name + ".wav", folder.resolve("no.wav"));
            places.put(
                    clip.id(),
                    new TimeAndPlace(
                            RecordedTime.of(LocalDateTime.of(2024, 5, 1 + i % 20, 5, 0), ZoneOffset.UTC),
                            StatedTime.Source.NAME,
                            name,
                            10,
                            20,
                            name,
                            name,
                            List.of()));
            List<Event> events = i % 5 == 4
                    ? List.of()
                    : List.of(new Event(i, 1, 2, i == 0 ? Float.NaN : 0.7f, 1.5, new Band(100, 4000, false)));
            ReadOutcome read = new ReadOutcome(16_000, 60, 0, 60, List.of(), null, true);
            all.add(new DetectionFolder.Found(clip, "0".repeat(64), read, events));
        }
        Path own = Files.writeString(folder.resolve("own.json"), "{\"title\":\"say \\\"hi\\\"\\n\"}");
        Path out = folder.resolve("a \"folder\"\n=1");
        try (DetectionFolder events = DetectionFolder.open(out, new DetectionSettings(settings))) {
            Set<OutputFormat> formats = Set.of(OutputFormat.CSV, OutputFormat.JSONL);
            events.store(formats, NAMES, all, places);
            List<AudioClip> clips =
                    all.stream().map(DetectionFolder.Found::clip).toList();
            CamtrapPackage.require(clips, places);
            CamtrapPackage.write(events, clips, places, NAMES, "unmute \"x\",\n=1", false, own);
        }
        Path made = out.resolve(CamtrapPackage.FOLDER);
        CamtrapSchemas.check(made);
        assertThat(Json.read(made.resolve("datapackage.json")).get("title").asText())
                .isEqualTo("say \"hi\"\n");
        for (String name : List.of("media", "deployments", "observations")) {
            Path table = made.resolve(name + ".csv");
            Set<String> ids = new HashSet<>();
            TextTable.forEach(table, row -> ids.add(row.text(row.table().names().getFirst())));
            assertThat(ids).as(name).hasSize(NAMES.size());
            // A row is a line, for readers that know no quotes, and no cell runs; a number such as +1 is none to run.
            String text = Files.readString(table, StandardCharsets.UTF_8);
            assertThat(text.lines()).hasSize(NAMES.size() + 1);
            assertThat(text)
                    .doesNotContainPattern("[\\p{Cc}&&[^\n]]")
                    .doesNotContainPattern("(?m)(^|,)\"?(?!\\+1,)[=+@\uFF1D]");
        }
    }
}
