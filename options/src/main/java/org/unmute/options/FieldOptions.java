package org.unmute.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.unmute.audio.place.TimePattern;
import org.unmute.data.field.Deployments;
import org.unmute.data.field.FieldRules;
import org.unmute.data.field.SiteRule;
import picocli.CommandLine.Option;

/** Options that say when and where recordings were made. */
@HelpTopic("Time and place of recordings")
public final class FieldOptions {
    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Zone of the recorders' clocks where neither a recording's chunks nor its name state one:"
                    + " Europe/Berlin, UTC, +02:00 (default: UTC for AudioMoth's names, else times without a zone).")
    private String zone;

    @Option(
            names = "--time-pattern",
            paramLabel = "PATTERN",
            description = "How file names state the time, as '%%P-%%Y%%m%%d-%%H%%M%%S': %%Y %%y %%m %%d %%j %%H %%M"
                    + " %%S %%f %%z %%s as in strptime, %%P for the site, * for anything (default: the forms of"
                    + " AudioMoth, Song Meter, PAMGuard, SoundTrap, BirdNET-Pi and ISO 8601).")
    private String pattern;

    @Option(
            names = "--site-from",
            paramLabel = "WHAT",
            description = "What tells the site: folder (the first below --audio), parent (the folder that holds the"
                    + " recording), name (what its name has before the time), chunk (a Song Meter's prefix) (default:"
                    + " the folder, else the chunk, else the name).")
    private String site;

    @InputPath
    @Option(
            names = "--deployments",
            paramLabel = "FILE",
            description = "Table of deployments: CSV with site or folder, and latitude, longitude, start, end, zone.")
    private Path deployments;

    /**
     * The rules as given by the options.
     *
     * @throws IllegalArgumentException naming the option, if one is malformed
     * @throws IOException if the table of deployments cannot be read, or is malformed
     */
    public FieldRules rules() throws IOException {
        return new FieldRules(
                pattern == null ? null : named("--time-pattern", () -> TimePattern.of(pattern)),
                zone == null ? null : named("--time-zone", () -> FieldRules.zone(zone)),
                site == null ? SiteRule.AUTO : siteRule(),
                deployments == null ? null : Deployments.read(deployments));
    }

    /** Something that an option says. */
    private interface Said<T> {
        T read();
    }

    private static <T> T named(String option, Said<T> said) {
        try {
            return said.read();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
        }
    }

    private SiteRule siteRule() {
        for (SiteRule rule : SiteRule.values()) {
            if (rule != SiteRule.AUTO && rule.name().equals(site.toUpperCase(Locale.ROOT))) {
                return rule;
            }
        }
        throw new IllegalArgumentException("--site-from must be folder, parent, name or chunk, is '" + site + "'");
    }
}
