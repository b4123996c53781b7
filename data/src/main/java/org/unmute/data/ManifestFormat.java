package org.unmute.data;

/**
 * The columns of a label file and the position of its header. Null values are detected:
 *
 * <ul>
 *   <li>file: file, filename, path or fname;
 *   <li>labels: labels, label, category, class or event_labels;
 *   <li>split: split or fold, if there is one;
 *   <li>group: recording or recording_id, if there is one that is not the file;
 *   <li>separator: in a column named {@code labels}, ';', or ',' if the file has a column {@code mids} as in FSD50K's
 *       ground truth; ',' in {@code event_labels}, as in DESED's lists; in any other column the whole field is one
 *       label.
 * </ul>
 *
 * @param fileColumn its name, or null
 * @param labelColumn its name, or null
 * @param splitColumn its name, or null
 * @param groupColumn its name, or null
 * @param labelSeparator separator of the labels in a field, or null; empty if the whole field is one label
 * @param headerRow line that names the columns, from 1; lines before it, such as a title, are skipped. {@link
 *     #NO_HEADER} if no line does, and columns are called 1, 2, …
 */
public record ManifestFormat(
        String fileColumn,
        String labelColumn,
        String splitColumn,
        String groupColumn,
        String labelSeparator,
        int headerRow) {
    /** Value of {@link #headerRow} for a table without a header. */
    public static final int NO_HEADER = 0;

    /** Detects everything. */
    public static final ManifestFormat AUTO = new ManifestFormat(null, null, null, null);

    public ManifestFormat {
        if (headerRow < NO_HEADER) {
            throw new IllegalArgumentException("manifest: the header is in line " + headerRow + "; 1 is the first");
        }
    }

    /** Columns that are named in the first row. */
    public ManifestFormat(String fileColumn, String labelColumn, String splitColumn, String labelSeparator) {
        this(fileColumn, labelColumn, splitColumn, null, labelSeparator, 1);
    }
}
