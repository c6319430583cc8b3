import './toolbar.css';
import './record.css';
