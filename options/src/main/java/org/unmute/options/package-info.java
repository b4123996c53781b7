/** Options that the command and the applications of Spark share, each declared once for picocli. */
package org.unmute.options;
