package org.unmute.experiments.data;

/**
 * Which columns of a label file mean what. What is null is found by itself:
 *
 * <ul>
 *   <li>file: file, filename, path or fname;
 *   <li>labels: labels, label, category or class;
 *   <li>split: split or fold, if there is one;
 *   <li>separator: in a column named {@code labels}, ';', or ',' if the file has a column {@code mids} as FSD50K's
 *       ground truth; in any other column the whole field is one label.
 * </ul>
 *
 * @param fileColumn or null
 * @param labelColumn or null
 * @param splitColumn or null
 * @param labelSeparator text between two labels of a field, or null; empty: the whole field is one label
 */
public record ManifestFormat(String fileColumn, String labelColumn, String splitColumn, String labelSeparator) {
    /** Everything found by itself. */
    public static final ManifestFormat AUTO = new ManifestFormat(null, null, null, null);
}
