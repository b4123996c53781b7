/** How the command datasets lists, explains and checks data sets. */
package org.unmute.cli.dataset;
