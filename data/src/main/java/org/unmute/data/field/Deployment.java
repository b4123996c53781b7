package org.unmute.data.field;

import java.io.IOException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.regex.PatternSyntaxException;
import org.unmute.audio.place.RecordedTime;
import org.unmute.data.TextTable;

/**
 * A row of a table of deployments: a recorder at a site for a while.
 *
 * @param line      of the table
 * @param site      name of the site; may be empty if {@code files} is given
 * @param files     the recordings, by their paths; null for all of the site
 * @param latitude  in degrees; NaN if unknown
 * @param longitude in degrees; NaN if unknown
 * @param start     first moment on the recorder's clock; null for no limit
 * @param end       last moment; null for no limit
 * @param zone      of clocks that state none; null if unknown
 */
record Deployment(
        long line,
        String site,
        FolderPattern files,
        double latitude,
        double longitude,
        LocalDateTime start,
        LocalDateTime end,
        ZoneId zone)
        implements Serializable {
    private static final int MAX_LATITUDE = 90;
    private static final int MAX_LONGITUDE = 180;

    /** @throws org.unmute.data.MalformedTableException naming the line, if a field is malformed */
    static Deployment read(TextTable.Row row) throws IOException {
        String site = row.text("site", "").strip();
        String folder = row.text("folder", "").strip();
        if (site.isEmpty() && folder.isEmpty()) {
            throw row.wrong("a deployment needs a site, or a folder that its recordings lie in");
        }
        LocalDateTime start = time(row, "start", LocalTime.MIN);
        LocalDateTime end = time(row, "end", LocalTime.of(23, 59, 59, 999_999_000));
        if (start != null && end != null && end.isBefore(start)) {
            throw row.wrong("the deployment ends at " + end + ", before it starts at " + start);
        }
        double latitude = degrees(row, "latitude", MAX_LATITUDE);
        double longitude = degrees(row, "longitude", MAX_LONGITUDE);
        if (Double.isNaN(latitude) != Double.isNaN(longitude)) {
            throw row.wrong("latitude and longitude belong together: one is missing");
        }
        String zone = row.text("zone", "").strip();
        return new Deployment(
                row.place().line(),
                site,
                folder.isEmpty() ? null : pattern(row, folder),
                latitude,
                longitude,
                start,
                end,
                zone.isEmpty() ? null : zone(row, zone));
    }

    private static FolderPattern pattern(TextTable.Row row, String folder) throws IOException {
        try {
            return new FolderPattern(folder.replaceAll("/+$", ""));
        } catch (PatternSyntaxException e) {
            throw row.wrong("'" + folder + "' is no pattern of folders: " + e.getDescription());
        }
    }

    private static ZoneId zone(TextTable.Row row, String text) throws IOException {
        try {
            return FieldRules.zone(text);
        } catch (IllegalArgumentException e) {
            throw row.wrong(e.getMessage());
        }
    }

    private static double degrees(TextTable.Row row, String column, int most) throws IOException {
        int at = row.table().find(column);
        String text = at < 0 ? "" : row.number(at).strip();
        if (text.isEmpty() || text.equals("NA")) {
            return Double.NaN;
        }
        try {
            double value = Double.parseDouble(text);
            if (Math.abs(value) <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw row.wrong(
                "the " + column + " is no number of degrees from -" + most + " to " + most + ": '" + text + "'");
    }

    private static LocalDateTime time(TextTable.Row row, String column, LocalTime day) throws IOException {
        String text = row.text(column, "").strip();
        if (text.isEmpty() || text.equals("NA")) {
            return null;
        }
        try {
            return text.length() == "2024-05-17".length()
                    ? LocalDate.parse(text).atTime(day)
                    : LocalDateTime.parse(text.replace(' ', 'T'));
        } catch (DateTimeException e) {
            throw row.wrong("the " + column + " is no date or time on the recorder's clock, such as 2024-05-17 or"
                    + " 2024-05-17T05:30: '" + text + "'");
        }
    }

    /** Whether a recording belongs to this deployment; one without a time belongs to all of its site. */
    boolean holds(String file, String siteOfFile, RecordedTime time) {
        boolean here = files == null ? site.equals(siteOfFile) : files.matches(file);
        return here
                && (time == null
                        || !(start != null && time.local().isBefore(start)
                                || end != null && time.local().isAfter(end)));
    }
}
