package org.unmute.fuzz;

import java.util.Locale;
import java.util.Map;

/**
 * The results of a campaign, formatted as Markdown.
 *
 * @param targets progress of each target
 */
record Summary(Map<String, TargetProgress> targets) {
    int findings() {
        return targets.values().stream().mapToInt(p -> p.findings().size()).sum();
    }

    String markdown() {
        StringBuilder text =
                new StringBuilder("| target | s | executions | per s | edges | features | corpus | findings |\n"
                        + "|---|---:|---:|---:|---:|---:|---:|---:|\n");
        double seconds = 0;
        long executions = 0;
        for (Map.Entry<String, TargetProgress> e : targets.entrySet()) {
            TargetProgress p = e.getValue();
            seconds += p.seconds();
            executions += p.executions();
            text.append(row(e.getKey(), p.seconds(), p.executions()))
                    .append(" ")
                    .append(p.edges())
                    .append(" | ")
                    .append(p.features())
                    .append(" | ")
                    .append(p.corpus())
                    .append(" | ")
                    .append(p.findings().size())
                    .append(" |\n");
        }
        text.append(row("all", seconds, executions))
                .append(" | | | ")
                .append(findings())
                .append(" |\n");
        targets.forEach((name, p) -> p.findings()
                .forEach(f -> text.append("\n- ")
                        .append(name)
                        .append(": `")
                        .append(f.what().replace('`', '\''))
                        .append("` by findings/")
                        .append(f.input())));
        return text.append(findings() > 0 ? "\n" : "").toString();
    }

    private static String row(String name, double seconds, long executions) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %d | %.0f |",
                name,
                seconds,
                executions,
                seconds > 0 ? executions / seconds : 0);
    }
}
