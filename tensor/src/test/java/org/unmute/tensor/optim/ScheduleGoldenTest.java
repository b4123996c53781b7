package org.unmute.tensor.optim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

@Tag("golden")
class ScheduleGoldenTest {
    private static final String FILE = "probes/traj/lr_schedules.json";
    private static final Pattern NAME = Pattern.compile("(\\w+)/total(\\d+)/warm(\\d+)/lr([-.e\\d]+)");
    private static final double LEAST = 1e-6;

    @TestFactory
    List<DynamicTest> ratesAreThoseOfTheOriginals() throws IOException {
        String other = System.getProperty("unmute.golden", "");
        if (!other.isBlank() && !Files.exists(Path.of(other, FILE))) {
            String why = "skipped: " + other + " has no " + FILE;
            return List.of(DynamicTest.dynamicTest(why, () -> Assumptions.abort(why)));
        }
        List<DynamicTest> tests = new ArrayList<>();
        try (InputStream in = other.isBlank()
                ? ScheduleGoldenTest.class.getResourceAsStream("/golden/" + FILE)
                : Files.newInputStream(Path.of(other, FILE))) {
            new ObjectMapper()
                    .readTree(in)
                    .path("schedules")
                    .properties()
                    .forEach(e ->
                            tests.add(DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue()))));
        }
        assertThat(tests).as("schedules in " + FILE).isNotEmpty();
        System.out.println("schedule goldens: " + tests.size() + " cases");
        return tests;
    }

    private static void check(String name, JsonNode rates) {
        Matcher m = NAME.matcher(name);
        assertThat(m.matches()).as("name of schedule %s", name).isTrue();
        long total = Long.parseLong(m.group(2));
        long warmUp = Long.parseLong(m.group(3));
        double base = Double.parseDouble(m.group(4));
        Schedule schedule = switch (m.group(1)) {
            case "torch_cosine" -> Schedule.cosine(total);
            case "birdmae_cosine_warmup" -> Schedule.cosineWithWarmUp(total, warmUp, LEAST);
            case "bat_rise_run_decay" -> Schedule.riseAndDecay(total, warmUp, LEAST);
            default -> throw new AssertionError("schedule " + m.group(1) + " is not known");
        };
        assertThat(rates.size()).isEqualTo((int) total);
        for (int step = 0; step < rates.size(); step++) {
            // The originals multiply in another order, torch's from step to step, which differs by a few roundings of
            // the base rate.
            assertThat(Math.abs(schedule.rate(base, step) - rates.get(step).asDouble()))
                    .as("%s, step %d", name, step)
                    .isLessThanOrEqualTo(4 * Math.ulp(base));
        }
    }
}
