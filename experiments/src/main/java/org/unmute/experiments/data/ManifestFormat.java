package org.unmute.experiments.data;

/**
 * The columns of a label file. Values that are null are detected:
 *
 * <ul>
 *   <li>file: file, filename, path or fname;
 *   <li>labels: labels, label, category, class or event_labels;
 *   <li>split: split or fold, if there is one;
 *   <li>separator: in a column named {@code labels}, ';', or ',' if the file has a column {@code mids} as in FSD50K's
 *       ground truth; ',' in {@code event_labels}, as in DESED's lists; in any other column the whole field is one
 *       label.
 * </ul>
 *
 * @param fileColumn or null
 * @param labelColumn or null
 * @param splitColumn or null
 * @param labelSeparator text between two labels of a field, or null; empty: the whole field is one label
 */
public record ManifestFormat(String fileColumn, String labelColumn, String splitColumn, String labelSeparator) {
    /** Detects everything. */
    public static final ManifestFormat AUTO = new ManifestFormat(null, null, null, null);
}
